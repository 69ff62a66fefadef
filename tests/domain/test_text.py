"""Text from outside: catalogue text is cleaned and the dirt named, people's words are kept as they are or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.text import clean_text, storable


@pytest.mark.parametrize(
    ("raw", "text", "found"),
    [
        ("居住证", "居住证", set()),
        ("申请表&nbsp;原件", "申请表 原件", {"html-entity"}),
        ("<p>第一行</p><p>第二行<br/>第三行</p>", "第一行\n第二行\n第三行", {"html-tag"}),
        ('<span style="color:red">必</span>交', "必交", {"html-tag"}),
        ("&amp;lt;b&amp;gt;粗&amp;lt;/b&amp;gt;", "粗", {"html-entity", "html-tag"}),
        ("<script>alert(1)</script>证明<!-- 注 -->", "证明", {"html-tag"}),
        ("一\t二", "一 二", {"tab"}),
        ("一\x00二\x1f三\u200b四\ufeff", "一二三四", {"control"}),
        ("坏\ud800字", "坏字", {"control"}),
        ("一\r\n\r\n二\r三", "一\n二\n三", set()),
        ("面积<30平方米且>10平方米", "面积<30平方米且>10平方米", set()),
        ("A<B>C", "AC", {"html-tag"}),
        ("参见 a=1&copy=2 与 R&D", "参见 a=1&copy=2 与 R&D", set()),
        ("𠮷㐂䶮👨‍👩‍👧", "𠮷㐂䶮👨‍👩‍👧", set()),
        ("", "", set()),
        ("  ", "", set()),
    ],
)
def test_catalogue_text_is_cleaned_and_the_dirt_is_named(raw: str, text: str, found: set[str]) -> None:
    assert clean_text(raw) == (text, found)


@given(raw=st.text(st.sampled_from("<>&;/pbr lt#x0amp\t\n\x00一\ud800\u200b"), max_size=40))
def test_clean_text_is_clean_and_storable(raw: str) -> None:
    text, _ = clean_text(raw)

    assert clean_text(text) == (text, set())
    assert storable(text, 1000, lines=True) is None


@pytest.mark.parametrize(
    "text", ["王小明", "𠮷㐂䶮", "👨‍👩‍👧", "[red]余额[/附件]", "'; DROP TABLE", "\ue000", "ئۇيغۇر", ""]
)
def test_names_and_words_of_people_are_stored_as_they_are(text: str) -> None:
    assert storable(text, 20) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("坏\ud800", "不完整"),
        ("空\x00", "U+0000"),
        ("响\x07", "U+0007"),
        ("反\u202e转", "U+202E"),
        ("一\n二", "换行"),
        ("一\t二", "制表符"),
        ("王" * 21, "最多20个字"),
    ],
)
def test_what_cannot_be_stored_is_refused_in_words(text: str, word: str) -> None:
    problem = storable(text, 20)

    assert problem is not None
    assert word in problem


def test_line_breaks_are_for_longer_texts_only() -> None:
    assert storable("一\n二", 20, lines=True) is None
    assert storable("一\t二", 20, lines=True) is not None


@given(text=st.text(max_size=20))
def test_what_is_storable_can_be_encoded(text: str) -> None:
    if storable(text, 20, lines=True) is None:
        assert text.encode().decode() == text
