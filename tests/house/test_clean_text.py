"""Nothing of the machine it was made on, and nobody's registry, stands in the files."""

from __future__ import annotations

import re

import pytest

from tests.support.tree import named, project_files

# The words stand in pieces, so that this file does not find itself.
HOSTS = ("pypi." + "org", "python" + "hosted", "npmjs." + "org", "npmjs." + "com", "deb." + "debian")
FOLDERS = (
    "/wo" + "rk/",
    "/fa" + "rm/",
    "/ro" + "ot/",
    "/ho" + "me/",
    "/tm" + "p/",
    "/opt/wh" + "eels",
    "/opt/py" + "pi",
)
MARKS = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
UNWANTED = {
    "a registry's host": "|".join(map(re.escape, HOSTS)),
    "a path of one machine": rf"(?<![\w.:/])(?:{'|'.join(FOLDERS)})",
    "unfinished work": rf"\b(?:{'|'.join(MARKS)})\b",
}


def findings(text: str, pattern: str) -> list[str]:
    return [line for line in text.splitlines() if re.search(pattern, line)]


@pytest.mark.parametrize("what", UNWANTED)
def test_no_file_carries(what: str) -> None:
    found = []
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{named(path)}: {line.strip()[:100]}" for line in findings(text, UNWANTED[what])]
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a registry's host", "see https://files.python" + "hosted.org/packages"),
        ("a path of one machine", 'open("/wo' + 'rk/main/x")'),
        ("a path of one machine", 'open("/tm' + 'p/x")'),
        ("unfinished work", "# TO" + "DO later"),
    ],
)
def test_such_a_line_would_be_seen(what: str, line: str) -> None:
    assert findings(line, UNWANTED[what]) == [line]


def test_text_files_end_with_a_newline_and_have_no_tabs_or_trailing_blanks() -> None:
    wrong = []
    for path in project_files():
        if path.suffix not in {".py", ".tcss", ".toml", ".md", ".json", ".yaml"} or "golden" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        if text and (
            not text.endswith("\n") or re.search(r"[ \t]$", text, re.MULTILINE) or "\t" in text or "\r" in text
        ):
            wrong.append(named(path))
    assert wrong == []
