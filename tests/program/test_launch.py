"""The start of the frozen program, as processes: which version runs, as what, and what its exit status becomes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from clerk_app.program.launch import command_of, default_folder, folder_of
from clerk_app.program.state import place_of, read
from clerk_app.program.switching import Programs
from clerk_app.program.trying import LAUNCHED, environment
from tests.program.test_switching import opened, unpacked
from tests.support import commands
from tests.support.releasing import Installed, script
from tests.support.tree import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="tiny bundles are shell scripts")
RAN = "ran 0.3.1 as 0.3.0: "


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    return Installed(tmp_path / "installed")


def run(installed: Installed, *words: str | Path, **more: str) -> tuple[int, str, str]:
    done = subprocess.run(
        installed.command(*words),
        env=commands.environment(**more),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.strip(), done.stderr


def calls(programs: Programs) -> list[str]:
    return (place_of(programs.folder) / "calls").read_text().splitlines()


def test_it_becomes_the_new_version_with_its_words_and_its_status(installed: Installed, programs: Programs) -> None:
    unpacked(programs, "0.3.1")
    status, out, err = run(installed, "--data", programs.folder)
    assert (status, out) == (7, f"{RAN}--data {programs.folder}")
    assert "已换上新版本 0.3.1" in err
    assert calls(programs) == ["0.3.1 doctor --program --json", f"0.3.1 --data {programs.folder}"]
    assert run(installed, "status", f"--data={programs.folder}")[:2] == (7, f"{RAN}status --data={programs.folder}")
    assert run(installed, "status", CLERK_DATA=str(programs.folder))[:2] == (7, f"{RAN}status")


def test_a_command_does_not_try_what_waits_and_update_now_does(installed: Installed, programs: Programs) -> None:
    unpacked(programs, "0.3.1")
    for words in (("status",), ("--version",), ("update",), ("update", "--check"), ("doctor", "--json")):
        assert run(installed, *words, CLERK_DATA=str(programs.folder))[0] == 0
    assert read(programs.folder).staged == "0.3.1"
    assert run(installed, "update", "--now", CLERK_DATA=str(programs.folder))[1] == f"{RAN}update --now"


def test_what_fails_its_check_is_said_and_the_installed_one_goes_on(installed: Installed, programs: Programs) -> None:
    unpacked(programs, "0.3.1", script(doctor=3))
    status, out, err = run(installed, CLERK_DATA=str(programs.folder))
    assert (status, out) == (0, "ran installed:")
    assert "自检没有通过" in err
    assert run(installed, CLERK_DATA=str(programs.folder)) == (0, "ran installed:", "")
    assert calls(programs) == ["0.3.1 doctor --program --json"]


def test_a_version_that_dies_twice_is_given_up_with_the_third_start(installed: Installed, programs: Programs) -> None:
    unpacked(programs, "0.3.1")
    told = [run(installed, CLERK_DATA=str(programs.folder))[1].partition(":")[0] for _ in range(4)]
    assert told == ["ran 0.3.1 as 0.3.0", "ran 0.3.1 as 0.3.0", "ran installed", "ran installed"]


@pytest.mark.parametrize("words", [("central", "serve"), ("courier", "list")])
def test_the_citys_end_runs_what_is_installed(installed: Installed, programs: Programs, words: tuple[str, ...]) -> None:
    unpacked(programs, "0.3.1")
    opened(programs)
    assert run(installed, *words, CLERK_DATA=str(programs.folder))[:2] == (0, f"ran installed: {' '.join(words)}")


def test_it_hands_on_to_nobody_when_it_was_handed_to_or_is_a_worker(installed: Installed, programs: Programs) -> None:
    unpacked(programs, "0.3.1")
    opened(programs)
    folder = str(programs.folder)
    assert run(installed, "status", CLERK_DATA=folder, CLERK_LAUNCHED="0.3.0")[1] == "ran installed: status"
    worker = "from multiprocessing.spawn import spawn_main"
    assert run(installed, "-c", worker, CLERK_DATA=folder)[1].startswith("ran installed")


def test_a_program_that_cannot_be_started_is_said_and_the_installed_one_goes_on(
    installed: Installed, programs: Programs
) -> None:
    unpacked(programs, "0.3.1", "#!/nowhere/to/be/found\n")
    opened(Programs(programs.folder, "0.3.0", trial=lambda _: ""))
    status, out, err = run(installed, "status", CLERK_DATA=str(programs.folder))
    assert (status, out) == (0, "ran installed: status")
    assert "用安装时的版本" in err


def test_a_damaged_state_is_said_and_the_installed_one_runs(installed: Installed, programs: Programs) -> None:
    unpacked(programs, "0.3.1")
    opened(programs)
    (place_of(programs.folder) / "state.json").write_text("{")
    status, out, err = run(installed, "status", CLERK_DATA=str(programs.folder))
    assert (status, out) == (0, "ran installed: status")
    assert "读不出来" in err


def test_its_environment_is_as_before_this_programs_own_start() -> None:
    told = {
        "_PYI_ARCHIVE_FILE": "/x",
        "LD_LIBRARY_PATH": "/x/_internal",
        "LD_LIBRARY_PATH_ORIG": "/usr/own",
        "HOME": "/h",
    }
    assert environment("0.3.0", told) == {
        "HOME": "/h",
        "LD_LIBRARY_PATH": "/usr/own",
        "PYINSTALLER_RESET_ENVIRONMENT": "1",
        LAUNCHED: "0.3.0",
    }


@pytest.mark.parametrize("home", ["", "/srv/elsewhere"])
def test_the_platforms_folder_is_the_one_the_client_takes(monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.delenv("CLERK_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", home)
    assert Path(default_folder()) == platformdirs.user_data_path("clerk", appauthor=False)
    assert folder_of(["status"]) == default_folder()


def test_words_are_read_as_the_grammar_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLERK_DATA", "/env")
    assert command_of(["--data", "update", "--json"]) == ""
    assert command_of(["--json", "--data=x", "update", "--now"]) == "update"
    assert folder_of(["--data", "/one", "status"]) == "/one"
    assert folder_of(["status", "--data=/two"]) == "/two"
    assert folder_of(["status"]) == "/env"
    assert folder_of(["--json"]) == "/env"


def test_nothing_heavy_is_loaded_before_it_hands_on() -> None:
    """The standard library alone, and of that nothing that takes its time."""
    program = (
        "import sys; before = set(sys.modules); "
        "import clerk_app.program.launch, clerk_app.program.switching, clerk_app.program.build_info; "
        "print(*sorted({n.partition('.')[0] for n in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert loaded - sys.stdlib_module_names == {"clerk_app"}
    assert not loaded & {
        "shutil",
        "subprocess",
        "logging",
        "argparse",
        "asyncio",
        "ssl",
        "sqlite3",
        "dataclasses",
        "inspect",
    }


def test_where_there_is_nothing_to_hand_on_to_next_to_nothing_is_loaded(tmp_path: Path) -> None:
    program = (
        "import sys; sys.frozen = True; before = set(sys.modules); "
        "from clerk_app.program.launch import hand_on; hand_on(sys.argv); "
        "print(*sorted(set(sys.modules) - before))"
    )
    env = commands.environment(CLERK_DATA=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {name.partition(".")[0] for name in loaded} <= {"clerk_app", "__future__"}
