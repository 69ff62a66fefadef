"""Rubbish and traps: refused in a sentence, or read for what they are, and never a traceback."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.central.importing import ImportRefused, read_catalogue
from tests.support.lists import HEADER, json_file, of_kind, raw_workbook, row_xml, sheet_xml, text_file, workbook

ROWS = row_xml(1, *HEADER) + row_xml(2, "1", "取水许可", "市水务局", "3", "申请表")


def refused(path: Path) -> str:
    with pytest.raises(ImportRefused) as caught:
        read_catalogue(path)
    return str(caught.value)


def test_an_archive_that_would_swell_is_refused_unopened(tmp_path: Path) -> None:
    bomb = sheet_xml(ROWS + " " * (32 << 20))
    assert "压缩" in refused(raw_workbook(tmp_path / "a.xlsx", bomb))


def test_an_archive_of_many_big_members_is_refused(tmp_path: Path) -> None:
    extra = {f"xl/media/{n}.bin": bytes(15 << 20) for n in range(16)}
    assert "200MB" in refused(raw_workbook(tmp_path / "a.xlsx", sheet_xml(ROWS), extra=extra))


def test_a_size_that_lies_in_the_archives_directory_does_no_harm(tmp_path: Path) -> None:
    file = raw_workbook(tmp_path / "a.xlsx", sheet_xml(ROWS + " " * (32 << 20)))
    data = file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    file.write_bytes(data.replace(size.to_bytes(4, "little"), (4096).to_bytes(4, "little")))
    assert "损坏" in refused(file)


@pytest.mark.parametrize("part", ["sheet", "workbook", "strings"])
def test_entities_are_refused(tmp_path: Path, part: str) -> None:
    prolog = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    file = raw_workbook(tmp_path / "a.xlsx", sheet_xml(ROWS, prolog=prolog if part == "sheet" else ""))
    if part != "sheet":
        name = {"workbook": "xl/workbook.xml", "strings": "xl/sharedStrings.xml"}[part]
        rewritten = tmp_path / "b.xlsx"
        with zipfile.ZipFile(file) as old, zipfile.ZipFile(rewritten, "w") as new:
            for member in old.namelist():
                text = old.read(member).decode()
                if member == "[Content_Types].xml" and part == "strings":
                    text = text.replace(
                        "</Types>",
                        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
                        'officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
                    )
                new.writestr(member, prolog + text if member == name else text)
            if part == "strings":
                new.writestr(name, f"{prolog}<sst><si><t>&b;</t></si></sst>")
        file = rewritten
    assert refused(file)


def test_a_workbook_cut_anywhere_is_refused_or_read_whole(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", [HEADER, (1, "取水许可", "市水务局", 3, "申请表")]).read_bytes()
    part = tmp_path / "part.xlsx"
    for length in range(0, len(whole) - 1, max(1, len(whole) // 60)):
        part.write_bytes(whole[:length])
        assert refused(part)


@settings(max_examples=60)
@given(st.data())
def test_a_workbook_with_flipped_bytes_never_makes_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("list")
    damaged = bytearray(workbook(folder / "a.xlsx", [HEADER, (1, "取水许可", "市水务局", 3, "申请表")]).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, 1 << 16)) % len(damaged)] ^= data.draw(st.integers(1, 255))
    (folder / "b.xlsx").write_bytes(damaged)
    said: object
    try:
        said = read_catalogue(folder / "b.xlsx").items
    except ImportRefused as answer:
        said = str(answer)
    assert said


@settings(max_examples=60)
@given(
    content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode),
    suffix=st.sampled_from([".xlsx", ".csv", ".json", ""]),
)
def test_any_bytes_under_any_suffix_get_an_answer(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    file = tmp_path_factory.mktemp("list") / f"a{suffix}"
    file.write_bytes(content)
    assert refused(file)


def test_a_workbook_under_another_suffix_is_read_all_the_same(tmp_path: Path) -> None:
    assert read_catalogue(
        workbook(tmp_path / "a.xlsx", [HEADER, (1, "甲", "乙", 3, "丙")]).rename(tmp_path / "a.csv")
    ).items


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", "序号,事项名称".encode(), "不是工作簿"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "另存为"),
        ("a.csv", b"%PDF-1.7", "PDF"),
        ("a.csv", b"<html><table></table></html>", "网页"),
        ("a.csv", b"", "空的"),
        ("a.csv", bytes(range(256)) * 4, "编码"),
    ],
)
def test_the_refusal_says_what_the_file_is(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert words in refused(tmp_path / name)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "读不了" in refused(tmp_path / "none.csv")
    assert refused(tmp_path)


def test_another_archive_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme", "x")
    assert "不是 .xlsx" in refused(tmp_path / "a.zip")


@pytest.mark.parametrize("column", [1, 2, 4])
def test_a_name_of_ten_megabytes_costs_its_row_and_nothing_else(tmp_path: Path, column: int) -> None:
    row = ["2", "取水许可", "市水务局", "3", "身份证"]
    row[column] = "长" * (10 << 20)
    file = raw_workbook(
        tmp_path / "a.xlsx", sheet_xml(ROWS + row_xml(3, *row) + row_xml(4, "3", "乙", "市局", "3", "表格"))
    )
    # Ten megabytes of one character shrink like a trap; stored plainly they are only a long name.
    plain = tmp_path / "b.xlsx"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(plain, "w") as new:
        for member in old.namelist():
            new.writestr(member, old.read(member))
    result = read_catalogue(plain)
    assert [*[item.name for item in result.items][:1], result.items[-1].name] == ["取水许可", "乙"]
    assert [f.row for f in of_kind(result, "too-long")] == [3]
    assert all(len(f.message) < 200 for f in result.findings)
    assert result.kept == 2


def test_a_name_of_ten_megabytes_in_json_is_left_out(tmp_path: Path) -> None:
    own = {"code": "A", "name": "长" * (10 << 20), "department": {"code": "D", "name": "市局"}}
    result = read_catalogue(json_file(tmp_path / "a.json", [own, {**own, "code": "B", "name": "甲"}]))
    assert [item.code for item in result.items] == ["B"]
    assert len(of_kind(result, "bad-record")) == 1


def test_a_huge_cell_of_a_text_file_is_refused_with_its_line(tmp_path: Path) -> None:
    assert "第2行" in refused(text_file(tmp_path / "a.csv", "事项名称,部门", f"{'长' * 200_000},市局"))


def test_a_row_far_down_and_a_cell_far_right_cost_nothing(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    result = read_catalogue(raw_workbook(tmp_path / "a.xlsx", sheet_xml(ROWS + far)))
    assert result.kept == 1


def test_a_hundred_thousand_blank_rows_are_passed_over(tmp_path: Path) -> None:
    blanks = "".join(f'<row r="{n}" ht="15"><c r="A{n}" s="0"/></row>' for n in range(3, 100_003))
    assert read_catalogue(raw_workbook(tmp_path / "a.xlsx", sheet_xml(ROWS + blanks))).kept == 1


def test_a_merged_range_over_the_whole_sheet_is_no_trap(tmp_path: Path) -> None:
    after = '<mergeCells count="1"><mergeCell ref="F1:XFD1048576"/></mergeCells>'
    assert read_catalogue(raw_workbook(tmp_path / "a.xlsx", sheet_xml(ROWS, after=after))).kept == 1


def test_more_merged_ranges_than_any_list_has_are_refused(tmp_path: Path) -> None:
    areas = "".join(f'<mergeCell ref="A{n}:XFD{n}"/>' for n in range(5, 10_005))
    assert "合并" in refused(
        raw_workbook(tmp_path / "a.xlsx", sheet_xml(ROWS, after=f"<mergeCells>{areas}</mergeCells>"))
    )


def test_statements_and_markup_in_names_stay_text(tmp_path: Path) -> None:
    name = "'; DROP TABLE items; --[red]甲[/]"
    (item,) = read_catalogue(workbook(tmp_path / "a.xlsx", [HEADER, (1, name, "市局", 3, "=1+1证明")])).items
    assert item.name == name
