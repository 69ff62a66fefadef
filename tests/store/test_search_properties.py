"""The search against what anybody would write down as its meaning, row by row."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.store.books.search import Rank, SearchIndex, SearchRow

NAMES = st.text(alphabet="居住证补领（）ab1 、", min_size=1, max_size=6)
WORDS = st.text(alphabet="居住证补ab1 -", max_size=5)
KEYS = st.lists(st.text(alphabet="ab1", min_size=1, max_size=5), max_size=3).map(" ".join)


@st.composite
def rows(draw: st.DrawFn) -> list[SearchRow]:
    offices = {name: f"{draw(KEYS)};{draw(KEYS)}" for name in ("居局", "补领局", "ab局")}
    found = []
    for n in range(draw(st.integers(0, 12))):
        office = draw(st.sampled_from(sorted(offices)))
        keys = f"{draw(KEYS)};{draw(KEYS)}|{offices[office]}"
        code = draw(st.text(alphabet="ab1-A", min_size=1, max_size=4)) + f"-{n}"
        found.append(SearchRow("item", code, draw(NAMES), office, keys))
    return found


def bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def ways(row: SearchRow, word: str) -> set[Rank]:
    """Return every way in which one word matches one row."""
    name, code, plain = bare(row.name), row.key.lower(), bare(word)
    own, _, office = row.pinyin.partition("|")
    initials, full = (part.split() for part in own.split(";"))
    department = [bare(row.department), *office.replace(";", " ").split()]
    latin = bool(plain) and plain.isascii()
    matches = {
        Rank.CODE: code == word,
        Rank.CODE_PREFIX: code.startswith(word),
        Rank.INITIALS_PREFIX: latin and any(key.startswith(plain) for key in initials),
        Rank.NAME_PREFIX: plain and name.startswith(plain),
        Rank.PINYIN_PREFIX: latin and any(key.startswith(plain) for key in full),
        Rank.NAME: plain and plain in name,
        Rank.INITIALS: latin and any(plain in key for key in initials),
        Rank.PINYIN: latin and any(plain in key for key in full),
        Rank.CODE_PART: word in code,
        Rank.DEPARTMENT: plain and any(plain in text for text in department),
    }
    return {rank for rank, matched in matches.items() if matched}


@given(rows(), WORDS)
def test_one_word_finds_what_matches_in_the_order_of_the_best_way(catalogue: list[SearchRow], word: str) -> None:
    wanted = word.split()
    expected = []
    for row in catalogue:
        matched = [ways(row, one) for one in dict.fromkeys(wanted)]
        if wanted and all(matched):
            expected.append((min(min(one) for one in matched), len(row.name), row.name, row.key))
    hits = SearchIndex.build(catalogue).search(word)
    assert {hit.key for hit in hits} == {key for *_, key in expected}
    if len(wanted) == 1:
        assert [(hit.rank, len(hit.name), hit.name, hit.key) for hit in hits] == sorted(expected)


@given(rows(), WORDS, st.integers(1, 5))
def test_a_shorter_list_is_the_beginning_of_the_longer(catalogue: list[SearchRow], word: str, limit: int) -> None:
    index = SearchIndex.build(catalogue)
    assert index.search(word, limit) == index.search(word)[:limit]


@given(rows(), rows(), WORDS)
def test_an_index_that_followed_changes_equals_one_built_anew(
    before: list[SearchRow], after: list[SearchRow], word: str
) -> None:
    gone = [(row.kind, row.key) for row in before if row.key not in {new.key for new in after}]
    followed = SearchIndex.build(before).changed(after, gone)
    assert followed.dump() == SearchIndex.build(after).dump()
    assert SearchIndex.load(followed.dump()).search(word) == followed.search(word)


@given(st.lists(st.text(max_size=20), max_size=5), st.text(max_size=10))
def test_any_text_may_be_searched_in_and_for(texts: list[str], words: str) -> None:
    catalogue = [SearchRow("item", text, text, text, text) for text in texts]
    index = SearchIndex.build(catalogue)
    assert {row.key for row in index.rows()} == set(texts)
    assert all(hit.key in texts for hit in index.search(words))
