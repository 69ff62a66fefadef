"""A scan from the scanner's folder to the city by keyboard: a real terminal, a real central, the same bytes at both ends."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from clerk_app.settings import load
from sync.central.sample.people import sample_people
from tests.support.parts import real_part
from tests.support.scans import pdf, put
from tests.support.tmux import ROOT, terminal

PERSON = sample_people(1)[0]


def told(folder: Path, *words: str) -> list[dict[str, str]]:
    """Return what a command beside the running client prints as JSON."""
    command = [sys.executable, "-m", "clerk_app.cli", *words, "--data", str(folder), "--json"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def set_scanner(folder: Path, scanner: Path) -> None:
    """Write the scanner's folder into the window's settings, as whoever sets the window up does."""
    path = folder / "window.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**settings, "scanner": str(scanner)}, ensure_ascii=False), encoding="utf-8")


def window_of(folder: Path) -> Path:
    """Return the window's folder of a sample city, which may be the city's own."""
    found = [path.parent for path in folder.rglob("window.json")]
    return found[0]


def test_a_dropped_file_is_attached_with_one_key_and_reaches_the_city_byte_by_byte(tmp_path: Path) -> None:
    real_part("tmux", present=shutil.which("tmux") is not None, hint="apt-get install tmux")
    folder, scanner = tmp_path / "city", tmp_path / "scanner"
    scanner.mkdir()
    command = [sys.executable, "-m", "clerk_app.cli", "demo", "--prepare", "--data", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    window = window_of(folder)
    assert urlsplit(load(window).seat.central).scheme
    set_scanner(window, scanner)
    content = pdf(2)
    with terminal(["-m", "clerk_app.cli", "demo", "--data", str(folder)], (80, 24), "scan") as client:
        client.wait_for("sample-C0001")
        client.burst("C0001", "<Enter>", "sample-C0001", "<Enter>")
        client.wait_for("F7 加选")
        client.send("jzz")
        client.wait_for("居住证")
        client.keys("Enter")
        client.wait_for("身份证号")
        client.burst(PERSON.id_number, "<Enter>", PERSON.name, "<Enter>", "13800000000", "<Enter>")
        client.wait_for("现在住的是哪种住处")
        client.send("111")
        client.wait_for("f 扫描")
        put(scanner, "scan0001.pdf", content)
        client.wait_for("扫描 1")
        client.send("f")
        client.wait_for("扫1")
        client.send("A")
        client.keys("F9")
        client.wait_for("请确认")
        client.keys("Enter")
        client.wait_for("已受理")
        client.keys("Enter", "F6")
        client.wait_for("未发 0")
        client.keys("F3", "Enter")
        client.wait_for("f 扫描件")
        client.send("f")
        client.wait_for("已传")
        assert list(scanner.iterdir()) == []
        client.keys("C-q")
        client.wait_gone()
    [scan] = told(window, "scans")
    [held] = [path for path in folder.rglob(scan["sha256"]) if path.is_file()]
    assert held.read_bytes() == content
