"""Settings, which are kept twice: what becomes of a flipped bit, a lost file, a kill between the two writes."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clerk_app import settings as window_settings
from clerk_app.seat import Seat
from clerk_app.settings import NotEnrolled, Settings, SettingsDamaged
from clerk_app.store.file import durable
from tests.support.spoilt import CUT_NAMES, CUTS, Killed, beside, flipped, flips, kill_at

SEAT = Seat(
    window="440601-07", number="7K", point="440601", point_name="江湾服务点", central="https://central.example:8443"
)
SETTINGS = Settings(
    seat=SEAT,
    unlock="passphrase",
    second_copy="/media/stick/XLnT",
    lock_minutes=5,
    keep_days=120,
    keymap={"app.help": "f1"},
)


@pytest.fixture
def window(tmp_path: Path) -> Path:
    window_settings.save(tmp_path, SETTINGS)
    return tmp_path


def test_silence_is_kept_in_both_and_nothing_else_changes(window: Path) -> None:
    window_settings.change(window, muted=True)
    assert window_settings.load(window) == replace(SETTINGS, muted=True)
    assert window_settings.worn(window) == ""
    (window / "window.json").unlink()
    assert window_settings.load(window).muted is True
    window_settings.change(window, muted=False)
    assert window_settings.load(window) == SETTINGS


class TestSettings:
    def test_are_there_twice_and_the_owners_alone(self, window: Path) -> None:
        assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in window.iterdir()} == {
            "window.json": 0o600,
            "window.json.copy": 0o600,
        }
        assert window_settings.load(window) == SETTINGS
        assert (window_settings.worn(window), window_settings.mend(window)) == ("", "")

    @pytest.mark.parametrize("seed", [1, 2])
    def test_a_flipped_bit_anywhere_changes_neither_the_seat_nor_the_way_to_the_keys(
        self, window: Path, seed: int
    ) -> None:
        path = window / "window.json"
        whole, spare = path.read_bytes(), (window / "window.json.copy").read_bytes()
        healed = 0
        for at, value in flips(path, seed):
            path.write_bytes(flipped(whole, at, value))
            found = window_settings.load(window)
            assert (found.seat.central, found.seat, found.unlock) == (SEAT.central, SEAT, "passphrase"), at
            worn, told = window_settings.worn(window), window_settings.mend(window)
            assert bool(worn) == bool(told) == bool(beside(window)), at
            if worn:
                healed += 1
                assert beside(window)[0].read_bytes() == flipped(whole, at, value)
                assert (path.read_bytes(), found) == (whole, SETTINGS)
            else:  # as a person may have changed it
                assert replace(found, papers="", theme="", keymap={}, second_copy="", lock_minutes=5, keep_days=90) == (
                    replace(SETTINGS, papers="", theme="", keymap={}, second_copy="", lock_minutes=5, keep_days=90)
                )
            for left in beside(window):
                left.unlink()
            path.write_bytes(whole)
            (window / "window.json.copy").write_bytes(spare)
        assert healed > len(whole) * 3 // 4

    def test_a_flipped_bit_in_the_copy_is_found_and_written_over(self, window: Path) -> None:
        path = window / "window.json.copy"
        whole = path.read_bytes()
        for at, value in flips(path, 3):
            path.write_bytes(flipped(whole, at, value))
            assert window_settings.load(window) == SETTINGS
            told = window_settings.mend(window)
            assert path.read_bytes() == whole
            assert bool(told) or json.loads(flipped(whole, at, value)) == json.loads(whole)
        assert beside(window) == []

    @pytest.mark.parametrize("cut", CUTS, ids=CUT_NAMES)
    def test_either_may_go(self, window: Path, cut: Callable[[Path], object]) -> None:
        before = {path.name: path.read_bytes() for path in window.iterdir()}
        for name, raw in before.items():
            cut(window / name)
            held = sorted(path.name for path in window.iterdir())
            assert window_settings.load(window) == SETTINGS
            window_settings.worn(window)
            assert sorted(path.name for path in window.iterdir()) == held  # to look changes nothing
            told = window_settings.mend(window)
            if name == "window.json":
                assert "window.json" in told
                assert "440601" not in told
            if (window / name).is_file():  # a folder in the place of the copy is left, and said in the log
                assert (window / name).read_bytes() == raw
            assert window_settings.load(window) == SETTINGS
            for path in window.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            for other, content in before.items():
                (window / other).write_bytes(content)

    @pytest.mark.parametrize("cut", CUTS[1:], ids=CUT_NAMES[1:])
    def test_both_spoilt_is_said_and_nothing_is_written(self, window: Path, cut: Callable[[Path], object]) -> None:
        for name in ("window.json", "window.json.copy"):
            cut(window / name)
        for act in (window_settings.load, window_settings.mend, window_settings.worn):
            with pytest.raises(SettingsDamaged, match="从备份恢复"):
                act(window)
        assert window_settings.enrolled(window)
        assert beside(window) == []

    def test_both_gone_is_no_window_but_over_a_store_it_is_a_loss(self, window: Path) -> None:
        for name in ("window.json", "window.json.copy"):
            (window / name).unlink()
        with pytest.raises(NotEnrolled):
            window_settings.load(window)
        window_settings.refuse_over_store(window)
        (window / "store.db").touch()
        with pytest.raises(SettingsDamaged, match="不要在此重新登记"):
            window_settings.load(window)
        with pytest.raises(SettingsDamaged, match="不要在此重新登记"):
            window_settings.refuse_over_store(window)

    @pytest.mark.parametrize(
        "by_hand",
        [
            {"lock_minutes": 7},
            {"second_copy": "/media/stick/XLnX"},
            {"keymap": {"app.help": "f2"}, "papers": "/srv/papers"},
            {"seat": {"central": "https://new.example"}},
            {"unlock": "keyring"},
            {"strange": 1},
        ],
        ids="+".join,
    )
    def test_what_a_person_changes_counts_and_goes_into_the_copy(self, window: Path, by_hand: dict[str, Any]) -> None:
        path = window / "window.json"
        told = json.loads(path.read_bytes())
        told["seat"] |= by_hand.pop("seat", {})
        path.write_text(json.dumps(told | by_hand), encoding="utf-8")
        edited, found = path.read_bytes(), window_settings.load(window)
        assert found.seat.central == told["seat"]["central"]
        assert all(getattr(found, name) == value for name, value in by_hand.items() if name != "strange")
        assert (window_settings.worn(window), window_settings.mend(window)) == ("", "")
        assert path.read_bytes() == edited
        path.unlink()
        assert window_settings.load(window) == found

    def test_a_copy_that_is_gone_is_a_word_for_whatever_the_file_says(self, window: Path) -> None:
        path = window / "window.json"
        path.write_bytes(path.read_bytes().replace(b":8443", b":8442"))
        assert window_settings.load(window) == SETTINGS
        (window / "window.json.copy").unlink()
        assert window_settings.load(window).seat.central == "https://central.example:8442"

    def test_settings_of_another_window_stop_it_and_neither_is_written_over(self, window: Path) -> None:
        path = window / "window.json"
        path.write_bytes(path.read_bytes().replace(b"440601-07", b"440699-12"))
        before = {path.name: path.read_bytes() for path in window.iterdir()}
        for act in (window_settings.load, window_settings.mend):
            with pytest.raises(SettingsDamaged, match=r"440699-12.*440601-07"):
                act(window)
        assert {path.name: path.read_bytes() for path in window.iterdir()} == before

    def test_a_folder_from_before_gets_its_copy(self, window: Path) -> None:
        (window / "window.json.copy").unlink()
        assert (window_settings.worn(window), window_settings.mend(window)) == ("", "")
        (window / "window.json").unlink()
        assert window_settings.load(window) == SETTINGS

    @pytest.mark.parametrize("write", [0, 1])
    def test_the_power_goes_between_the_writes(self, window: Path, monkeypatch: pytest.MonkeyPatch, write: int) -> None:
        new = replace(SETTINGS, second_copy="/media/other", second_copy_device=True)
        kill_at(monkeypatch, durable, write)
        with pytest.raises(Killed):
            window_settings.save(window, new)
        monkeypatch.undo()
        now = new if write else SETTINGS
        assert window_settings.load(window) == now
        assert window_settings.mend(window) == ""
        (window / "window.json").unlink()
        assert window_settings.load(window) == now

    def test_the_power_goes_while_it_is_mended(self, window: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (window / "window.json").write_bytes(b"rubbish")
        kill_at(monkeypatch, durable, 0)
        with pytest.raises(Killed):
            window_settings.mend(window)
        monkeypatch.undo()
        assert window_settings.load(window) == SETTINGS
        assert window_settings.mend(window)
        assert [path.read_bytes() for path in beside(window)] == [b"rubbish"]
