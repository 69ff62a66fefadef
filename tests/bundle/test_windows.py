"""What can be known of the Windows bundle without Windows: its icon, its version resource, its script, the signing, the archive."""

from __future__ import annotations

import importlib
import io
import re
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from PIL import IcoImagePlugin

from clerk_app import VERSION
from tests.support.bundles import of_build
from tests.support.tree import ROOT

SCRIPT = ROOT / "build" / "windows" / "bundle.ps1"
MADE = re.compile(r"^\.bundle\\|^Scripts\\|^\.tools$")
"""What the script makes itself."""
WITH_NUMBERS = (struct.pack, struct.unpack, struct.calcsize)


@pytest.fixture(scope="module")
def resources() -> Any:
    return of_build("windows.resources")


def narrow(act: Callable[..., Any]) -> Callable[..., Any]:
    return lambda words, *rest: act("<" + words.lstrip("<"), *rest)


@pytest.fixture(scope="module")
def versioninfo() -> Iterator[Any]:
    """PyInstaller's own reader of version resources, with numbers as wide as Windows has them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pefile", ModuleType("pefile"))  # for executables; it is installed on Windows alone
        patch.setattr(importlib.import_module("PyInstaller.compat"), "win32api", SimpleNamespace(), raising=False)
        module = importlib.import_module("PyInstaller.utils.win32.versioninfo")
        patch.setattr(module, "struct", SimpleNamespace(**{act.__name__: narrow(act) for act in WITH_NUMBERS}))
        yield module


def test_the_icon_holds_every_size_that_windows_shows(resources: Any, tmp_path: Path) -> None:
    raw = Path(resources.icon(tmp_path)).read_bytes()
    count = struct.unpack_from("<HHH", raw)[2]
    sizes = [raw[6 + 16 * n] or 256 for n in range(count)]
    assert sorted(sizes) == [16, 20, 24, 32, 40, 48, 64, 128, 256]
    for size in sizes:
        icon = IcoImagePlugin.IcoFile(io.BytesIO(raw)).getimage((size, size)).convert("RGBA")
        assert icon.size == (size, size)
        colours = icon.getcolors(1 << 16) or []
        assert len(colours) > 10, size
        assert min(icon.getchannel("A").tobytes()) < 128, size


def test_the_icon_is_drawn_alike_every_time(resources: Any, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    assert Path(resources.icon(tmp_path)).read_bytes() == Path(resources.icon(tmp_path / "again")).read_bytes()


def test_the_version_resource_is_what_pyinstaller_reads(resources: Any, versioninfo: Any, tmp_path: Path) -> None:
    told = versioninfo.load_version_info_from_text_file(resources.version(tmp_path, VERSION))
    raw = told.toRaw()
    back = versioninfo.VSVersionInfo()
    back.fromRaw(raw)
    assert back == told
    high, low = (int(part) for part in VERSION.split(".")[:2])
    assert back.ffi.fileVersionMS == high << 16 | low
    strings = {one.name: one.val for table in back.kids[0].kids for one in table.kids}
    assert (strings["ProductName"], strings["ProductVersion"], strings["OriginalFilename"]) == (
        "综合窗口终端",
        VERSION,
        "clerk.exe",
    )
    assert back.kids[0].kids[0].name == "080404b0"
    assert back.kids[1].kids[0].kids == [0x0804, 1200]


def test_a_version_that_windows_cannot_count_is_refused(resources: Any) -> None:
    with pytest.raises(ValueError, match="three numbers"):
        resources.version_text("0.3")


def test_every_path_in_the_script_is_there_or_made_by_it() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    paths = re.findall(r"Join-Path \$(\w+) '([^']+)'", code)
    assert {base for base, _ in paths} == {"PSScriptRoot", "root", "venv"}
    bases = {"PSScriptRoot": SCRIPT.parent, "root": ROOT, "venv": ROOT / ".bundle" / "venv"}
    missing = [
        path for base, path in paths if not MADE.search(path) and not bases[base].joinpath(*path.split("\\")).exists()
    ]
    assert missing == []
    assert (SCRIPT.parent / ".." / "..").resolve() == ROOT
    assert {"requirements-bundle.lock", "build\\bundle.py"} <= {path for _, path in paths}


def test_the_script_is_plain_enough_for_every_powershell_and_stops_at_what_fails() -> None:
    raw = SCRIPT.read_bytes()
    text = raw.decode("ascii")  # PowerShell 5 reads a file without a mark in the machine's own code page
    assert {character: text.count(character) for character in "({["} == {
        opening: text.count(closing) for opening, closing in ("()", "{}", "[]")
    }
    assert "$ErrorActionPreference = 'Stop'" in text
    programs = [line for line in text.splitlines() if re.match(r"\s*&", line)]
    assert programs == ["    & $Program @Words"]  # the one place where a program runs, and its status is looked at
    assert "if ($LASTEXITCODE -ne 0) { throw" in text
    for name in re.findall(r"CLERK_[A-Z_]+", text):
        assert name in (ROOT / "build" / "bundle.py").read_text(encoding="utf-8"), name


def test_the_signing_command_gets_the_executable_and_must_succeed(tmp_path: Path) -> None:
    bundle = of_build("bundle")
    program = tmp_path / "with a blank" / "clerk.exe"
    program.parent.mkdir()
    program.write_bytes(b"MZ")
    signer = tmp_path / "signer.py"
    signer.write_text("import sys; open(sys.argv[-1], 'ab').write(' '.join(sys.argv[1:-1]).encode())", encoding="utf-8")
    bundle.sign(program, f"{sys.executable} {signer} sign /fd sha256")
    assert program.read_bytes() == b"MZsign /fd sha256"
    bundle.sign(program, "")
    with pytest.raises(bundle.subprocess.CalledProcessError):
        bundle.sign(program, f"{sys.executable} -c 'raise SystemExit(3)'")
    assert program.read_bytes() == b"MZsign /fd sha256"


def test_the_windows_archive_holds_the_same_bytes_every_time(tmp_path: Path) -> None:
    packing = of_build("packing")
    for name in ("b.dll", "a.exe", "_internal/x.tcss"):
        path = tmp_path / "clerk" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    for name in ("one.zip", "two.zip"):
        packing.write_zip(tmp_path / name, tmp_path / "clerk", "clerk", 1767225600)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        assert packed.testzip() is None
        assert packed.namelist() == ["clerk/_internal/x.tcss", "clerk/a.exe", "clerk/b.dll"]
        assert {info.date_time for info in packed.infolist()} == {(2026, 1, 1, 0, 0, 0)}


def test_two_builds_that_differ_would_be_seen(tmp_path: Path) -> None:
    different = of_build("reproduce").different
    for name in ("one", "other"):
        (tmp_path / name / "in").mkdir(parents=True)
        (tmp_path / name / "in" / "same").write_text("same", encoding="utf-8")
    assert different(tmp_path / "one", tmp_path / "other") == []
    (tmp_path / "one" / "in" / "same").write_text("Same", encoding="utf-8")
    (tmp_path / "other" / "more").symlink_to("in")
    assert different(tmp_path / "one", tmp_path / "other") == ["in/same", "more"]
