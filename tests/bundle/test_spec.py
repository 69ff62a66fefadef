"""What the spec collects, asked of the spec itself: it is run with PyInstaller's steps replaced by ones that only remember."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keyring
import pytest
import textual.widgets

from clerk_app.checkup.program import ELSEWHERE
from tests.support.bundles import of_build
from tests.support.tree import PACKAGES, ROOT, git, named, project_files

SPEC = ROOT / "build" / "clerk.spec"
IMPORT_ALL = """
import importlib, json, sys
unwanted, wanted = json.load(sys.stdin)

class Gone:
    def find_spec(self, name, path=None, target=None):
        parts = name.split(".")
        if any(".".join(parts[:n]) in unwanted for n in range(1, len(parts) + 1)):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Gone())
for name in wanted:
    importlib.import_module(name)
"""


class Collected(SimpleNamespace):
    """What the spec hands to PyInstaller."""

    analysis: dict[str, Any]
    exe: dict[str, Any]
    collect: dict[str, Any]

    def sources(self) -> dict[Path, str]:
        """Return each file that goes in beside the modules, and its folder in the bundle."""
        return {Path(source): folder for source, folder in self.analysis["datas"]}

    def hidden(self) -> set[str]:
        """Return the modules that go in by name."""
        return set(self.analysis["hiddenimports"])


def collected(work: Path) -> Collected:
    """Run the spec."""
    found = Collected()

    def analysis(scripts: list[str], **words: Any) -> SimpleNamespace:
        found.analysis = {"scripts": scripts, **words}
        return SimpleNamespace(scripts=[], pure=[], binaries=[], datas=[("keyring-1.dist-info/RECORD", "x", "DATA")])

    def exe(*parts: Any, **words: Any) -> None:
        found.exe = words

    def collect(*parts: Any, **words: Any) -> None:
        found.collect = {"parts": parts, **words}

    steps = {"Analysis": analysis, "EXE": exe, "COLLECT": collect, "PYZ": lambda pure: None}
    before = list(sys.path)
    try:
        exec(  # noqa: S102 - a spec is a program, and this one is ours
            compile(SPEC.read_text(encoding="utf-8"), SPEC, "exec"),
            {"SPECPATH": str(SPEC.parent), "workpath": str(work), **steps},
        )
    finally:
        sys.path[:] = before
    return found


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Collected:
    return collected(tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def windows_spec(tmp_path_factory: pytest.TempPathFactory) -> Collected:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            importlib.import_module("PyInstaller.utils.hooks"), "collect_submodules", lambda name, **_: [name]
        )
        patch.setattr(sys, "platform", "win32")
        return collected(tmp_path_factory.mktemp("work"))


def ours() -> list[Path]:
    return [path for path in project_files() if path.relative_to(ROOT).parts[0] in PACKAGES]


def test_every_stylesheet_font_table_and_migration_goes_in_where_its_module_looks_for_it(spec: Collected) -> None:
    wanted = [path for path in ours() if path.suffix != ".py" or "migrations" in path.parts]
    kinds = {path.suffix for path in wanted}
    assert {".tcss", ".otf", ".py", ".json"} <= kinds, kinds
    sources = spec.sources()
    assert {named(path): sources.get(path) for path in wanted} == {
        named(path): path.parent.relative_to(ROOT).as_posix() for path in wanted
    }


def test_every_module_of_ours_goes_in(spec: Collected) -> None:
    modules = {
        named(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in ours()
        if path.suffix == ".py"
    }
    assert modules - spec.hidden() == set()


def test_the_common_font_goes_in_and_no_other_face_of_it(spec: Collected) -> None:
    faces = [path.name for path in spec.sources() if path.suffix == ".otf" and "site-packages" in path.parts]
    assert faces == ["NotoSansSC-Regular.otf"]


def test_every_back_end_of_the_keyring_goes_in_with_its_entry_points(spec: Collected) -> None:
    backends = Path(keyring.__file__).parent / "backends"
    wanted = {f"keyring.backends.{path.stem}" for path in backends.glob("[!_]*.py")}
    assert {"keyring.backends.SecretService", "keyring.backends.Windows"} <= wanted
    assert wanted - spec.hidden() == set()
    assert any(folder.startswith("keyring-") for folder in spec.sources().values())


def test_every_widget_goes_in(spec: Collected) -> None:
    folder = Path(textual.widgets.__file__).parent
    assert {f"textual.widgets.{path.stem}" for path in folder.glob("_[!_]*.py")} - spec.hidden() == set()


def test_the_tables_of_receipt_printers_and_the_certificates_go_in(spec: Collected) -> None:
    names = {(path.name, folder) for path, folder in spec.sources().items()}
    assert {("capabilities.json", "escpos"), ("cacert.pem", "certifi")} <= names


def test_licences_of_what_goes_in_go_in(spec: Collected) -> None:
    folders = {folder.split("/")[1] for folder in spec.sources().values() if folder.startswith("licenses/")}
    assert {"textual", "cryptography", "numpy", "tuf", "pypdfium2", "pylopdf-fonts-zh-cn"} <= folders


def test_what_only_builds_and_tests_stays_out(spec: Collected) -> None:
    out = set(spec.analysis["excludes"])
    assert {"PyInstaller", "altgraph", "pip", "setuptools", "hatchling", "pytest", "hypothesis", "mypy"} <= out
    assert out.isdisjoint({"textual", "rich", "keyring", "jaraco", "PIL", "numpy", "sqlalchemy", *PACKAGES})
    assert not any(name.split(".")[0] in out for name in spec.hidden())


def test_nothing_of_ours_needs_what_stays_out(spec: Collected) -> None:
    lazily = ["textual_plot", "escpos.printer", "pypdfium2", "tuf.ngclient", "PIL.ImageFont", "zstandard", "asyncpg"]
    names = [name for name in of_build("contents").modules(ROOT) if name not in ELSEWHERE]
    modules = [name for name in names if ".migrations." not in name]  # Alembic's, run by it
    given = json.dumps([spec.analysis["excludes"], [*modules, *lazily]])
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], input=given, text=True, capture_output=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_records_of_the_build_s_own_environment_stay_out(spec: Collected) -> None:
    assert spec.collect["parts"][2] == []
    kept = of_build("contents").kept
    stay = [
        ("keyring-25.dist-info/METADATA", "", "DATA"),
        ("stdnum/cn/loc.dat", "", "DATA"),
        ("licenses/x/LICENSE", "", "DATA"),
    ]
    go = [
        ("keyring-25.dist-info\\RECORD", "", "DATA"),
        ("pypinyin/core.pyi", "", "DATA"),
        ("stdnum/imsi.dat", "", "DATA"),
    ]
    assert kept([*stay, *go]) == stay


def test_libraries_that_a_wheel_rewrote_are_not_stripped() -> None:
    extension, link = ("numpy/_core/x.so", "s", "EXTENSION"), ("libopenblas.so", "numpy.libs/libopenblas.so", "SYMLINK")
    library, repaired = ("libssl.so.3", "s", "BINARY"), ("numpy.libs/libopenblas.so", "s", "BINARY")
    stripped, left = of_build("contents").as_they_are([extension, repaired, link, library])
    assert (stripped, left) == ([extension, link, library], [("numpy.libs/libopenblas.so", "s", "DATA")])


def test_it_is_one_folder_with_a_console_and_unsqueezed(spec: Collected, windows_spec: Collected) -> None:
    for one, strip in ((spec, sys.platform == "linux"), (windows_spec, False)):
        told = (one.exe["exclude_binaries"], one.exe["console"], one.exe["upx"], one.exe["strip"], one.exe["name"])
        assert told == (True, True, False, strip, "clerk")
        assert (one.collect["upx"], one.collect["strip"], one.collect["name"]) == (False, strip, "clerk")
        assert one.analysis["scripts"] == [str(ROOT / "build" / "entry.py")]


def test_the_windows_bundle_has_its_parts_and_the_other_does_not(spec: Collected, windows_spec: Collected) -> None:
    assert {"win32print", "win32ctypes.core", "keyring.backends.Windows"} <= windows_spec.hidden()
    assert Path(windows_spec.exe["icon"]).is_file()
    assert Path(windows_spec.exe["version"]).is_file()
    assert {"icon", "version"}.isdisjoint(spec.exe)
    assert "win32print" not in spec.hidden()


def test_the_lock_of_the_bundle_holds_the_lock_of_the_program() -> None:
    contents = of_build("contents")
    runtime, tools = (
        (ROOT / name).read_text(encoding="utf-8").replace("\\\n", "").splitlines() for name in contents.LOCKS
    )
    assert set(runtime) <= set(tools)


def test_what_a_build_leaves_behind_is_ignored_and_what_it_is_made_from_is_not() -> None:
    for name in ("dist/clerk-1.deb", ".bundle/venv/bin/python", ".bundle/lock"):
        assert git("check-ignore", "--quiet", name).returncode == 0, name
    for name in ("build/clerk.spec", "build/contents.py", "build/windows/bundle.ps1", "build/windows/resources.py"):
        assert git("check-ignore", "--quiet", name).returncode == 1, name


@pytest.mark.parametrize("before", [None, "/somewhere/lib"])
def test_programs_that_the_bundle_starts_get_the_system_s_libraries(
    monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    environ = {"LD_LIBRARY_PATH": "/bundle/_internal", **({"LD_LIBRARY_PATH_ORIG": before} if before else {})}
    monkeypatch.setattr("os.environ", environ)
    hook = ROOT / "build" / "libraries_hook.py"
    exec(compile(hook.read_text(encoding="utf-8"), hook, "exec"), {})  # noqa: S102 - as it is run in the bundle
    # the second has the bundle, started by itself, find its own libraries again
    assert environ == {**({"LD_LIBRARY_PATH": before} if before else {}), "PYINSTALLER_RESET_ENVIRONMENT": "1"}
