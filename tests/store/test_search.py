"""The catalogue's search finds what a clerk means, the likeliest first."""

from __future__ import annotations

import pytest

from clerk_app.store.books.search import Hit, Rank, SearchIndex, SearchRow

ROWS = [
    SearchRow("item", "4401-居-1", "居住证", "市公安局", "jzz;juzhuzheng|sgaj;shigonganju"),
    SearchRow("item", "4401-2", "居住证补领换领", "市公安局", "jzzblhl;juzhuzhengbulinghuanling|sgaj;shigonganju"),
    SearchRow(
        "item", "4401-3", "建筑资质核准变更", "市住建局", "jzzzhzbg;jianzhuzizhihezhunbiangeng|szjj;shizhujianju"
    ),
    SearchRow(
        "item", "4402-1", "申领居住证（集体户）", "禾城区分局", "sljzzjth;shenlingjuzhuzhengjitihu|hcqfj;hechengqufenju"
    ),
    SearchRow("item", "JZZ-9", "银行账户备案", "市财政局", "yhzhba yhzhb;yinhangzhanghubeian|sczj;shicaizhengju"),
    SearchRow("item", "A9", "乐从镇户口迁移", "市公安局", "lczhkqy yczhkqy;lecongzhen yuecongzhen|sgaj;shigonganju"),
    SearchRow("joint", "J1", "企业开办“一件事”", "", "qykbyjs;qiyekaibanyijianshi"),
]


@pytest.fixture(scope="module", params=["built", "loaded", "changed"])
def index(request: pytest.FixtureRequest) -> SearchIndex:
    if request.param == "changed":
        old = SearchRow("item", "OLD", "居住证旧项", "市公安局", "jzzjx;juzhuzhengjiuxiang")
        stale = SearchRow("item", "A9", "改名之前", "市公安局", "gmzq;gaimingzhiqian")
        return SearchIndex.build([old, stale, *ROWS[:4]]).changed([*ROWS[4:]], [("item", "OLD"), ("item", "NONE")])
    built = SearchIndex.build(ROWS)
    return SearchIndex.load(built.dump()) if request.param == "loaded" else built


def names(hits: list[Hit]) -> list[str]:
    return [hit.name for hit in hits]


def test_initials_put_the_shorter_name_first_and_a_code_before_all(index: SearchIndex) -> None:
    hits = index.search("jzz")
    assert names(hits) == ["银行账户备案", "居住证", "居住证补领换领", "建筑资质核准变更", "申领居住证（集体户）"]
    assert [hit.rank for hit in hits] == [Rank.CODE_PREFIX, *[Rank.INITIALS_PREFIX] * 3, Rank.INITIALS]


@pytest.mark.parametrize(
    ("words", "first", "rank"),
    [
        ("4401-2", "居住证补领换领", Rank.CODE),
        ("4401-居-1", "居住证", Rank.CODE),
        ("a9", "乐从镇户口迁移", Rank.CODE),
        ("4402", "申领居住证（集体户）", Rank.CODE_PREFIX),
        ("居住", "居住证", Rank.NAME_PREFIX),
        ("juzhuz", "居住证", Rank.PINYIN_PREFIX),
        ("JUZHU", "居住证", Rank.PINYIN_PREFIX),
        ("集体户", "申领居住证（集体户）", Rank.NAME),
        ("居住证(集体", "申领居住证（集体户）", Rank.NAME),
        ("jth", "申领居住证（集体户）", Rank.INITIALS),
        ("hunling", "", None),
        ("huanling", "居住证补领换领", Rank.PINYIN),
        ("02-1", "申领居住证（集体户）", Rank.CODE_PART),
        ("财政", "银行账户备案", Rank.DEPARTMENT),
        ("sczj", "银行账户备案", Rank.DEPARTMENT),
        ("ｙｈ", "银行账户备案", Rank.INITIALS_PREFIX),
        ("lcz", "乐从镇户口迁移", Rank.INITIALS_PREFIX),
        ("ycz", "乐从镇户口迁移", Rank.INITIALS_PREFIX),
        ("qykb", "企业开办“一件事”", Rank.INITIALS_PREFIX),
        ("开办一件事", "企业开办“一件事”", Rank.NAME),
    ],
)
def test_the_best_way_of_matching_decides(index: SearchIndex, words: str, first: str, rank: Rank | None) -> None:
    hits = index.search(words)
    assert (names(hits)[:1] or [""])[0] == first
    assert (hits[0].rank if hits else None) == rank


def test_every_word_must_be_found_somewhere(index: SearchIndex) -> None:
    assert names(index.search("公安 jzz")) == ["居住证", "居住证补领换领"]
    assert names(index.search("jzz 禾城")) == ["申领居住证（集体户）"]
    assert names(index.search("sgaj 户口")) == ["乐从镇户口迁移"]
    assert names(index.search("jzz 银行")) == ["银行账户备案"]
    assert index.search("公安 企业") == []


def test_the_best_of_several_words_ranks_the_hit(index: SearchIndex) -> None:
    assert {(hit.name, hit.rank) for hit in index.search("公安 jzz")} == {
        ("居住证", Rank.INITIALS_PREFIX),
        ("居住证补领换领", Rank.INITIALS_PREFIX),
    }


@pytest.mark.parametrize(
    "words", ["", "   ", "\u3000", "、", "[/]", "zzzz", "\x1f", "\n", " \x1f", "𠮷", "' OR 1=1 --"]
)
def test_nothing_is_found_where_nothing_matches(index: SearchIndex, words: str) -> None:
    assert index.search(words) == []


def test_the_list_is_as_long_as_was_asked_for(index: SearchIndex) -> None:
    assert len(index.search("jzz", 2)) == 2
    assert index.search("jzz", 0) == []
    assert len(index.search("公安 市", 1)) == 1


def test_a_hit_says_what_it_is(index: SearchIndex) -> None:
    assert index.search("qykb") == [Hit("joint", "J1", "企业开办“一件事”", "", Rank.INITIALS_PREFIX)]
    assert len(index) == len(ROWS)
    assert sorted(row.key for row in index.rows()) == sorted(row.key for row in ROWS)


def test_an_empty_index_answers_too() -> None:
    empty = SearchIndex.load(SearchIndex.build([]).dump())
    assert len(empty) == 0
    assert empty.search("jzz") == []
    assert names(empty.changed(ROWS[:1]).search("jzz")) == ["居住证"]


@pytest.mark.parametrize("blob", [b"", b"\x00", b"\xc1", SearchIndex.build(ROWS).dump()[:-9]])
def test_what_is_no_index_of_this_version_is_said_to_be_none(blob: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- whatever the decoder says, it is one of these
        SearchIndex.load(blob)


def test_an_index_of_another_version_is_said_to_be_one() -> None:
    blob = SearchIndex.build(ROWS).dump()
    assert b"search-2" in blob
    with pytest.raises(ValueError, match="version"):
        SearchIndex.load(blob.replace(b"search-2", b"search-1"))


def test_rare_characters_in_a_name_change_nothing_for_the_others() -> None:
    index = SearchIndex.build([*ROWS, SearchRow("item", "R", "𠮷祥㐂事👨‍👩‍👧登记", "市民政局", "xs;xiangshi")])
    assert names(index.search("𠮷祥")) == ["𠮷祥㐂事👨‍👩‍👧登记"]
    assert names(index.search("居住")) == ["居住证", "居住证补领换领", "申领居住证（集体户）"]
