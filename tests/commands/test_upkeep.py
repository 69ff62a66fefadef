"""``clerk central backed-up`` and ``clerk prune`` as people and scripts run them."""

from __future__ import annotations

from pathlib import Path

from tests.support.commands import CityEnd, Told, clerk, enrol, whole


def backed_up(city: CityEnd, *words: str) -> Told:
    return clerk("central", "backed-up", "--database", city.database, *words, "--json")


def test_from_the_backup_at_central_to_the_pruning_at_the_window(own_city: CityEnd, tmp_path: Path) -> None:
    with own_city.served() as address:
        seat = enrol(own_city, address, tmp_path / "window")
        item = seat.json("items", "居住证")[0]
        seat.intake([whole(item, decide="decline", reason="样例")]).done()
        seat.clerk("sync").done()
        assert seat.json("prune")["blocked"] == "uncovered"
        assert "backed-up" in seat.clerk("prune").done().out

        token = backed_up(own_city, "--begin").done().json["token"]
        own_city.copy(tmp_path / "backup.db")
        covered = backed_up(own_city, "--done", token).done().json
        assert (covered["windows"], covered["entries"]) == (1, 2)

        seat.clerk("sync").done()
        told = seat.json("prune", "--dry-run", "--days", "30")
        assert (told["covered"]["n"], told["covered"]["position"]) == (2, 2)
        assert (told["cases"], told["kept"], told["blocked"]) == (0, {"task": 1}, "")
        assert "有督办事项未了结 1 件" in seat.clerk("prune").done().out


def test_a_token_that_is_none_and_days_that_are_too_few_are_told(own_city: CityEnd, tmp_path: Path) -> None:
    told = backed_up(own_city, "--done", "0123456789abcdef")
    assert (told.status, told.json["error"]["code"]) == (1, "backup-unknown")
    for words in ((), ("--begin", "--done", "x")):
        assert backed_up(own_city, *words).status == 2
    assert clerk("prune", "--days", "29", "--data", tmp_path, "--json").status == 2
