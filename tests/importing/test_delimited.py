"""Delimited text in the encodings and with the marks that are met."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.central.importing import ImportRefused, read_catalogue
from tests.support.lists import of_kind, text_file

LINES = ("事项名称,受理部门,材料", "取水许可,市水务局,申请表", "取水许可,市水务局,身份证")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_departments_use_is_read(tmp_path: Path, encoding: str) -> None:
    result = read_catalogue(text_file(tmp_path / "a.csv", *LINES, encoding=encoding))
    assert [(item.name, len(item.materials)) for item in result.items] == [("取水许可", 2)]


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_every_delimiter_is_found(tmp_path: Path, mark: str) -> None:
    result = read_catalogue(text_file(tmp_path / "a.txt", *(line.replace(",", mark) for line in LINES)))
    assert result.kept == 2


def test_rows_are_the_lines_on_which_records_begin(tmp_path: Path) -> None:
    lines = [*LINES[:2], '取水许可,市水务局,"第一份证明', '第二份证明"', "", "取水许可,市水务局,申请表"]
    result = read_catalogue(text_file(tmp_path / "a.csv", *lines))
    assert [f.row for f in of_kind(result, "bundled-documents")] == [3]
    assert [f.row for f in of_kind(result, "duplicate-material")] == [6]


def test_an_open_quote_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="第3行"):
        read_catalogue(text_file(tmp_path / "a.csv", *LINES[:2], '取水许可,"市水务局,身份证'))


def test_rare_characters_and_emoji_arrive_as_they_are(tmp_path: Path) -> None:
    result = read_catalogue(text_file(tmp_path / "a.csv", LINES[0], "𠮷㐂䶮👨‍👩‍👧许可,市水务局,𠮷字证明"))
    assert result.items[0].name == "𠮷㐂䶮👨‍👩‍👧许可"
    assert result.items[0].materials[0].name == "𠮷字证明"
