"""Which version is started: a new one after its own check, never one that failed, and back where it does not come up."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_app.program import FILE
from clerk_app.program.health import Health
from clerk_app.program.state import State, Trial, place_of, program_of, told
from clerk_app.program.switching import NothingBefore, Programs
from clerk_app.program.versions import newer
from tests.support.releasing import script


def unpacked(programs: Programs, version: str, program: str = "") -> None:
    """Have a version wait, as a fetch leaves it."""
    draft = programs.folder.with_name(f"draft-{version}")
    place = draft / "clerk"
    place.mkdir(parents=True)
    (place / "clerk").write_text(program or script())
    (place / "clerk").chmod(0o755)
    place_of(programs.folder).mkdir(parents=True, exist_ok=True)
    programs.stage(draft, version)


def opened(programs: Programs) -> str:
    """Open the client: it comes up; return the version it ran as."""
    version = programs.choose(client=True).version
    Health(programs.folder, programs, version).painted()
    health = Health(programs.folder, programs, version)
    health.opened()
    health.painted()
    return version


def died(programs: Programs) -> str:
    """Open the client: nothing is painted; return the version that was started."""
    return programs.choose(client=True).version


def versions(programs: Programs) -> set[str]:
    return {path.name for path in (place_of(programs.folder) / "versions").iterdir()}


def test_without_anything_newer_what_was_installed_runs(programs: Programs) -> None:
    assert programs.choose(client=True).program is None
    assert not programs.folder.exists(), "nothing is written where there is nothing to say"


def test_a_version_that_waits_is_tried_only_when_the_client_is_opened(programs: Programs) -> None:
    unpacked(programs, "0.3.1")
    assert programs.choose(client=False).program is None
    chosen = programs.choose(client=True)
    assert (chosen.version, chosen.program) == ("0.3.1", program_of(programs.folder, "0.3.1"))
    assert programs.choose(client=False).version == "0.3.1"


def test_one_that_fails_its_own_check_is_left_and_never_tried_again(programs: Programs) -> None:
    unpacked(programs, "0.3.1", script(doctor=3))
    chosen = programs.choose(client=True)
    assert chosen.program is None
    assert "0.3.1" in chosen.said[0]
    held = programs.state()
    assert held.staged == ""
    assert "退出状态 3" in held.reason("0.3.1")
    assert not programs.wanted("0.3.1")
    assert versions(programs) == set()
    assert programs.wanted("0.3.2")


def test_a_check_that_does_not_end_counts_as_failed(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clerk_app.program.trying.PATIENCE", 0.05)
    unpacked(programs, "0.3.1", "#!/bin/sh\nexec sleep 30\n")
    assert programs.choose(client=True).program is None
    assert "没有结束" in programs.state().reason("0.3.1")


def test_two_starts_without_a_screen_lead_back_and_that_is_told_once(programs: Programs) -> None:
    unpacked(programs, "0.3.1")
    assert opened(programs) == "0.3.1"
    unpacked(programs, "0.3.2")
    assert [died(programs), died(programs)] == ["0.3.2", "0.3.2"]
    assert opened(programs) == "0.3.1"
    assert not programs.wanted("0.3.2")
    [news] = programs.news()
    assert "0.3.2" in news
    assert "0.3.1" in news
    assert programs.news() == []
    word = told(programs.folder)
    assert (word.staged, word.failed) == ("", "0.3.2")
    assert word.reason


def test_one_that_comes_up_stays_however_often_it_dies_later(programs: Programs) -> None:
    unpacked(programs, "0.3.1")
    assert died(programs) == "0.3.1"
    assert opened(programs) == "0.3.1"
    assert [died(programs) for _ in range(4)] == ["0.3.1"] * 4


def test_a_screen_without_a_store_and_a_store_without_a_screen_are_not_enough(programs: Programs) -> None:
    unpacked(programs, "0.3.1")
    for sign in ("painted", "opened"):
        version = programs.choose(client=True).version
        getattr(Health(programs.folder, programs, version), sign)()
    assert programs.choose(client=True).program is None


def test_a_start_that_ends_for_a_reason_that_is_not_the_programs_does_not_count(programs: Programs) -> None:
    unpacked(programs, "0.3.1")
    for _ in range(5):
        version = died(programs)
        with pytest.raises(KeyError), Health(programs.folder, programs, version).excusing(KeyError):
            raise KeyError
    assert programs.state().trial == Trial("0.3.1", 0)
    with pytest.raises(ValueError, match="none"), Health(programs.folder, programs, died(programs)).excusing(KeyError):
        raise ValueError("none of those")
    assert programs.state().trial == Trial("0.3.1", 1)


def test_the_version_before_is_kept_until_the_next_switch_and_no_longer(programs: Programs) -> None:
    for version in ("0.3.1", "0.3.2", "0.3.3"):
        unpacked(programs, version)
        opened(programs)
    assert versions(programs) == {"0.3.2", "0.3.3"}
    assert programs.state() == State(current="0.3.3", previous="0.3.2")


def test_a_person_goes_back_and_what_was_left_is_not_taken_again(programs: Programs) -> None:
    with pytest.raises(NothingBefore):
        programs.back()
    unpacked(programs, "0.3.1")
    opened(programs)
    assert programs.back() == "0.3.0"
    assert programs.choose(client=True).program is None
    assert not programs.wanted("0.3.1")


def test_a_newer_installation_runs_before_what_was_fetched_earlier(programs: Programs) -> None:
    unpacked(programs, "0.3.1")
    opened(programs)
    newly = Programs(programs.folder, "0.4.0")
    assert newly.choose(client=True).program is None
    assert newly.state() == State()
    unpacked(newly, "0.3.9")
    assert newly.choose(client=True).program is None
    assert newly.state().staged == ""


def test_a_version_whose_files_are_gone_is_passed_over(programs: Programs) -> None:
    for version in ("0.3.1", "0.3.2"):
        unpacked(programs, version)
        opened(programs)
    program_of(programs.folder, "0.3.2").unlink()
    assert programs.choose(client=False).version == "0.3.1"
    program_of(programs.folder, "0.3.1").unlink()
    assert programs.choose(client=False).program is None


def test_one_that_waits_but_is_gone_is_fetched_again(programs: Programs) -> None:
    unpacked(programs, "0.3.1")
    program_of(programs.folder, "0.3.1").unlink()
    assert programs.choose(client=True).program is None
    assert programs.wanted("0.3.1")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"current": 1}',
        b'{"current": "../../x", "previous": "", "staged": ""}',
        b"\xff\xfe",
    ],
)
def test_a_damaged_state_stands_in_nobodys_way_and_is_told_once(programs: Programs, content: bytes) -> None:
    unpacked(programs, "0.3.1")
    opened(programs)
    (place_of(programs.folder) / FILE).write_bytes(content)
    chosen = programs.choose(client=True)
    assert chosen.program is None
    assert chosen.said
    assert told(programs.folder).failed == ""
    assert len(programs.news()) == 1
    assert programs.news() == []
    assert programs.choose(client=True).said == ()


def test_a_disk_that_takes_nothing_keeps_the_version_that_runs(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked(programs, "0.3.1")
    died(programs)
    unpacked(programs, "0.3.2")

    def full(folder: Path, changed: object) -> State:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clerk_app.program.switching.kept.change", full)
    assert died(programs) == "0.3.1"


def test_versions_are_ordered_as_releases_are() -> None:
    ordered = ["0.3.0.dev1", "0.3.0a1", "0.3.0b2", "0.3.0rc1", "0.3.0", "0.3.0.post1", "0.3.1", "0.10", "1.0"]
    for at, version in enumerate(ordered):
        assert all(newer(version, before) for before in ordered[:at])
        assert not any(newer(version, later) for later in ordered[at:])
    assert not newer("0.3.0.0", "0.3")
    assert not newer("next", "0.3")
    assert not newer("9.9+local", "0.3")


def test_a_folder_without_a_program_of_its_own_says_what_was_installed(tmp_path: Path) -> None:
    word = told(tmp_path)
    assert (word.staged, word.failed, word.reason) == ("", "", "")
    assert word.version
