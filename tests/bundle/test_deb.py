"""What lies in ``dist/``: the package, the archive, the list of components and the sums are sound, by other people's tools."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import stat
import subprocess
import tarfile
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import zstandard

from clerk_app import VERSION
from tests.support.bundles import Bundle, members, of_build
from tests.support.parts import real_part
from tests.support.tree import ROOT

LEAKS = (str(ROOT).encode(), b"/site-packages/", b"/" + b"home/", b"/" + b"root/")
"""What no byte of ours may name: where it was built, or by whom."""


@pytest.fixture(scope="module")
def laid_out(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, unpacked by dpkg."""
    real_part("dpkg-deb", present=shutil.which("dpkg-deb") is not None, hint="apt-get install dpkg")
    folder = tmp_path_factory.mktemp("system")
    subprocess.run(["dpkg-deb", "--raw-extract", bundle.package, folder], check=True)
    return folder


def archived(bundle: Bundle) -> list[tarfile.TarInfo]:
    with zstandard.open(bundle.archive) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
        return list(tar)


def packaged(bundle: Bundle, part: str) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(members(bundle.package)[part]), mode="r:gz") as tar:
        return tar.getmembers()


def fields(bundle: Bundle) -> dict[str, str]:
    told = subprocess.run(["dpkg-deb", "--field", bundle.package], check=True, capture_output=True, text=True).stdout
    return dict(line.split(": ", 1) for line in told.splitlines() if not line.startswith(" "))


def test_the_control_fields_say_what_it_is_and_needs(bundle: Bundle, laid_out: Path) -> None:
    told = fields(bundle)
    assert (told["Package"], told["Version"], told["Section"], told["Priority"]) == (
        "clerk",
        VERSION,
        "misc",
        "optional",
    )
    machine = subprocess.run(
        ["dpkg", "--print-architecture"], check=True, capture_output=True, text=True
    ).stdout.strip()
    assert told["Architecture"] == machine
    assert bundle.package.name == f"clerk_{VERSION}_{machine}.deb"
    assert told["Depends"] == f"libc6 (>= {bundle.told['libc']})"
    assert told["Maintainer"].endswith("@example.invalid>")
    files = [path for path in laid_out.rglob("*") if "DEBIAN" not in path.parts]
    bytes_ = sum(path.lstat().st_size for path in files if path.is_file() and not path.is_symlink())
    assert bytes_ / 1024 <= int(told["Installed-Size"]) <= bytes_ / 1024 + len(files)


def test_it_has_no_scripts_that_could_fail(laid_out: Path) -> None:
    assert sorted(path.name for path in (laid_out / "DEBIAN").iterdir()) == ["control", "md5sums"]


def test_every_file_is_as_its_list_says(laid_out: Path) -> None:
    lines = (laid_out / "DEBIAN" / "md5sums").read_text(encoding="utf-8").splitlines()
    told = {name: sum_ for sum_, name in (line.split("  ", 1) for line in lines)}
    found = {
        path.relative_to(laid_out).as_posix(): hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        for path in laid_out.rglob("*")
        if path.is_file() and not path.is_symlink() and "DEBIAN" not in path.parts
    }
    assert found == told


def test_everything_belongs_to_root_and_nobody_else_can_write_it(bundle: Bundle) -> None:
    parts = [*packaged(bundle, "data.tar.gz"), *packaged(bundle, "control.tar.gz"), *archived(bundle)]
    assert len(parts) > 1000
    assert {(one.uid, one.gid, one.uname, one.gname) for one in parts} == {(0, 0, "root", "root")}
    modes = {one.mode for one in parts if not one.issym()}
    assert modes == {0o755, 0o644}
    assert not any(mode & (stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX) for mode in modes)
    assert len({one.mtime for one in parts}) == 1


def test_nothing_in_it_leads_out_of_it(bundle: Bundle) -> None:
    for parts, top in ((archived(bundle), "clerk"), (packaged(bundle, "data.tar.gz"), ".")):
        for one in parts:
            path = PurePosixPath(one.name)
            assert one.name.split("/")[0] == top, one.name
            assert ".." not in path.parts, one.name
            assert one.isfile() or one.isdir() or one.issym(), one.name
            if one.issym():
                depth = len(path.parts) - 1
                link = PurePosixPath(one.linkname)
                assert not link.is_absolute(), one.name
                assert link.parts.count("..") <= depth, one.name


def test_the_package_and_the_archive_hold_the_same_program(bundle: Bundle) -> None:
    with zstandard.open(bundle.archive) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
        names = {one.name.removeprefix("clerk"): one.size for one in tar}
    in_package = {
        one.name.removeprefix("./usr/lib/clerk"): one.size
        for one in packaged(bundle, "data.tar.gz")
        if one.name.startswith("./usr/lib/clerk")
    }
    assert names == in_package


def test_the_system_gets_a_command_an_entry_in_the_menu_and_papers(laid_out: Path) -> None:
    command = laid_out / "usr/bin/clerk"
    assert command.readlink().as_posix() == "../lib/clerk/clerk"
    assert command.resolve() == (laid_out / "usr/lib/clerk/clerk").resolve()
    assert command.stat().st_mode & 0o111
    entry = (laid_out / "usr/share/applications/clerk.desktop").read_text(encoding="utf-8")
    assert "\nExec=clerk\n" in entry
    assert "\nTerminal=true\n" in entry
    assert (laid_out / "usr/share/icons/hicolor/256x256/apps/clerk.png").read_bytes().startswith(b"\x89PNG")
    papers = {path.name for path in (laid_out / "usr/share/doc/clerk").iterdir()}
    assert papers == {"copyright", "clerk.cdx.json", "operations.md"}
    unit = (laid_out / "usr/lib/systemd/system/clerk-central@.service").read_text(encoding="utf-8")
    assert "\nExecStart=/usr/lib/clerk/clerk central serve" in unit


def test_the_sums_verify(bundle: Bundle) -> None:
    done = subprocess.run(["sha256sum", "--check", "--strict", bundle.sums.name], cwd=bundle.sums.parent, check=False)
    assert done.returncode == 0
    named = {line.split("  ")[1] for line in bundle.sums.read_text(encoding="utf-8").splitlines()}
    assert named == {bundle.archive.name, bundle.package.name, bundle.components.name}
    assert named | {bundle.sums.name} == {path.name for path in bundle.sums.parent.iterdir()}


def test_the_bundle_says_what_it_is(bundle: Bundle) -> None:
    told = bundle.told
    assert (told["version"], told["platform"]) == (
        VERSION,
        bundle.archive.name.removeprefix(f"clerk-{VERSION}-").removesuffix(".tar.zst"),
    )
    assert tuple(map(int, told["libc"].split("."))) >= (2, 17)
    assert told["oldest_store"] == 1


def components(bundle: Bundle) -> dict[str, dict[str, Any]]:
    listed = json.loads(bundle.components.read_text(encoding="utf-8"))["components"]
    return {of_build("contents").canonical(one["name"]): one for one in listed}


def test_the_components_are_those_that_are_locked(bundle: Bundle) -> None:
    contents = of_build("contents")
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    here = {contents.canonical(one.name) for one in contents.runtime(ROOT)}
    locked = {}
    for line in text.splitlines():
        name, found, rest = line.partition("==")
        if found and not line.startswith(" ") and contents.canonical(name) in here:
            locked[contents.canonical(name)] = rest.split()[0]
    listed = components(bundle)
    assert len(locked) > 60
    assert {name: listed.get(name, {}).get("version") for name in locked} == locked
    assert {"pyinstaller", "cyclonedx-bom", "lxml", "setuptools"}.isdisjoint(listed)


def test_the_components_name_licences_the_interpreter_and_libraries_by_hash(bundle: Bundle, program: Path) -> None:
    listed = components(bundle)
    assert {"cpython", "openssl", "sqlite"} <= listed.keys()
    library = listed["libssl-so-3"]
    inside = (program.parent / "_internal" / library["name"]).read_bytes()
    assert library["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(inside).hexdigest()}]
    without = [
        name
        for name, one in listed.items()
        if str(one.get("purl", "")).startswith("pkg:pypi") and not one.get("licenses")
    ]
    texts = {path.name for path in (program.parent / "_internal" / "licenses").iterdir()}
    assert set(without) <= texts  # who does not name a licence in a word brings its text
    assert len(without) < 3


def test_the_components_hang_together(bundle: Bundle) -> None:
    told = json.loads(bundle.components.read_text(encoding="utf-8"))
    refs = {one["bom-ref"] for one in told["components"]} | {told["metadata"]["component"]["bom-ref"]}
    assert (told["bomFormat"], told["specVersion"], told["metadata"]["component"]["version"]) == (
        "CycloneDX",
        "1.6",
        VERSION,
    )
    named = {one["ref"] for one in told["dependencies"]} | {
        ref for one in told["dependencies"] for ref in one.get("dependsOn", [])
    }
    assert named == refs


def test_nothing_names_the_folder_it_was_built_in(bundle: Bundle, program: Path) -> None:
    ours = [
        bundle.components,
        *program.parent.rglob("*.json"),
        *program.parent.rglob("METADATA"),
        *program.parent.rglob("*.pyc"),
    ]
    whole = [path for path in [program, program.parent / "_internal" / "base_library.zip", *ours] if path.is_file()]
    found = {(path.name, leak) for path in whole for leak in LEAKS if leak in path.read_bytes()}
    assert found == set()


def test_the_archive_holds_what_is_looked_up_late(program: Path) -> None:
    inside = program.parent / "_internal"
    for name in (
        "pypdfium2_raw/libpdfium.so",
        "escpos/capabilities.json",
        "certifi/cacert.pem",
        "pylopdf_fonts_zh_cn/NotoSansSC-Regular.otf",
        "clerk_app/paper/fonts/ClerkRare.otf",
        "screens/app.tcss",
        "sync/central/migrations/env.py",
    ):
        assert (inside / name).is_file(), name
