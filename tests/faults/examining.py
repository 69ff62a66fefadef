"""What a clerk sees after a damage: the real commands, run one after the other over the damaged folder, and what must hold."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from typing import Any

from tests.faults.damage_kinds import Damage, Means
from tests.support.commands import Told
from tests.support.faults_city import NAMES, Ground, Site

ORDERLY = {0, 1, 3, 4}
ENTRIES = 2
"""Entries of one intake."""
SIGNED_OUT = "还没有登录"
UNTOUCHED = ("store.db", "store.db-wal", "keys.json", "keys.json.copy", "window.json", "window.json.copy")
NOT_ABOUT_THE_FOLDER = {"line", "calendar", "sessions", "papers", "keyring"}
"""Checks of ``clerk doctor`` that say the same whatever was done to the folder."""


@dataclass
class Seen:
    """What the commands said, and what they left."""

    told: dict[str, Told] = field(default_factory=dict)
    """By what was done, in this order: what is not there was not needed."""
    log: str = ""
    changed: list[str] = field(default_factory=list)
    """Files of the window that are not what they were after the damage."""
    beside: list[str] = field(default_factory=list)
    """Damaged files that were kept."""

    def __getitem__(self, name: str) -> Told:
        return self.told.get(name, Told(0, "", ""))


def examine(ground: Ground, damage: Damage) -> Seen:
    """Do one damage and run the commands."""
    site = ground.site(damage.base)
    damage.do(site)
    before, seen = _hashes(site), Seen()
    seen.told["cases"] = site.clerk("cases", "--json")
    seen.told["doctor"] = site.clerk("doctor", "--json")
    if not checks(seen["doctor"]):
        seen.told["doctor --deep"] = site.clerk("doctor", "--deep", "--json")
    seen.told["intake"] = site.clerk("intake", ground.intake)
    if damage.means is Means.STOPS:
        seen.told["sync"] = site.clerk("sync")
    else:
        _on_the_line(site, damage, seen)
    seen.told["cases at the end"] = site.clerk("cases", "--json")
    seen.told["losses"] = site.clerk("losses", "--json")
    log = site.folder / "log" / "clerk.log"
    seen.log = log.read_text(encoding="utf-8") if log.exists() else ""
    after = _hashes(site)
    seen.changed = [name for name in UNTOUCHED if before.get(name) != after.get(name)]
    seen.beside = sorted(path.name for path in site.folder.glob("store.db.damaged-*"))
    for handle in site.held:
        os.close(handle)
    return seen


def _on_the_line(site: Site, damage: Damage, seen: Seen) -> None:
    """Sync, twice where the first does not get through; then the client's round, a new sign-in if need be, and one more act."""
    with site.ground.central.served():
        seen.told["sync"] = site.clerk("sync")
        if seen["sync"].status:
            seen.told["sync"] = site.clerk("sync")
        if damage.means is Means.NOTHING:
            return
        seen.told["round"] = site.idle()
        seen.told["intake again"] = site.clerk("intake", site.ground.intake)
        if SIGNED_OUT in seen["intake again"].err:
            site.sign_in()
            seen.told["intake again"] = site.clerk("intake", site.ground.intake)
        seen.told["doctor at the end"] = site.clerk("doctor", "--deep", "--json")


def _hashes(site: Site) -> dict[str, str]:
    found = {}
    for name in UNTOUCHED:
        path = site.folder / name
        if path.is_file() and path.stat().st_size:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def numbers(told: Told) -> list[str]:
    """Return the case numbers a command listed."""
    if told.status or not told.out.startswith("["):
        return []
    return [str(case["case"]) for case in told.json]


def checks(told: Told) -> list[dict[str, Any]]:
    """Return what ``clerk doctor`` found wrong with the folder."""
    if not told.out.startswith("{"):
        return []
    listed = json.loads(told.out).get("checks", [])
    return [c for c in listed if c["state"] in {"failed", "warning"} and c["name"] not in NOT_ABOUT_THE_FOLDER]


def wrong(ground: Ground, damage: Damage, seen: Seen) -> list[str]:
    """Return what must not be so."""
    found = [f"{name}: status {told.status}" for name, told in seen.told.items() if told.status not in ORDERLY]
    for name, told in seen.told.items():
        said = told.out + told.err
        found += [f"{name}: the program failed"] if "Traceback" in said or "程序出错" in said else []
        found += [f"{name}: ended with {told.status} and no Chinese word"] if told.status and not _chinese(said) else []
        found += [f"{name}: says {secret}" for secret in NAMES if secret in told.err]
    found += [f"the log holds {secret}" for secret in NAMES if secret in seen.log]
    found += {Means.NOTHING: _nothing, Means.HEALS: _heals, Means.STOPS: _stops}[damage.means](ground, damage, seen)
    return found


def _nothing(ground: Ground, damage: Damage, seen: Seen) -> list[str]:
    found = _goes_on(seen)
    mine = set(ground.numbers_of(damage.base))
    for name, told in (("at once", seen["cases"]), ("afterwards", seen["cases at the end"])):
        found += [f"{name} not listed: {gone}"] if (gone := sorted(mine - set(numbers(told)))) else []
    return found


def _heals(ground: Ground, damage: Damage, seen: Seen) -> list[str]:
    found = _goes_on(seen)
    found += [
        f"not healed: {check['found']}" for check in checks(seen["doctor at the end"]) if _is_open(check, _lost(seen))
    ]
    mine = ground.numbers_of(damage.base)
    listed = set(numbers(seen["cases at the end"]))
    unnamed = [number for number in mine if number not in listed and number not in seen["losses"].out]
    found += [f"silently gone: {unnamed}"] if ENTRIES * len(unnamed) > _lost(seen) else []
    confirmed = [number for number in mine[: ground.confirmed] if number not in listed]
    found += [f"central has it, the window does not: {confirmed}"] if confirmed else []
    found += _noticed(seen)
    return found


def _lost(seen: Seen) -> int:
    """Return how many entries are listed as lost."""
    told = seen["losses"].json["losses"] if seen["losses"].status == 0 else []
    return sum(loss["last"] - loss["first"] + 1 for loss in told if loss["state"] == "open")


def _is_open(check: dict[str, Any], lost: int) -> bool:
    """Whether a check at the end tells of a damage: what is lost for good, and listed, is none, nor the case it is of."""
    of_cases = re.fullmatch(r"(\d+) 件办件与流水不一致。", check["found"])
    excused = lost and (check["name"] == "store" or (of_cases is not None and int(of_cases[1]) <= lost))
    return check["name"] in {"store", "contents"} and not excused


def _stops(ground: Ground, damage: Damage, seen: Seen) -> list[str]:
    found = [] if seen["intake"].status else ["the act went through"]
    found += [f"changed: {seen.changed}"] if seen.changed else []
    return found + _noticed(seen)


def _goes_on(seen: Seen) -> list[str]:
    """One more act is taken, at once or, where the sign-in was lost with the store, after a new one."""
    lost = SIGNED_OUT in seen["intake"].err
    found = [] if seen["intake"].status == 0 or lost else [f"the next act was refused: {seen['intake'].err}"]
    return (
        found
        if seen["intake again"].status == 0
        else [*found, f"the act at the end was refused: {seen['intake again'].err}"]
    )


def _noticed(seen: Seen) -> list[str]:
    told = checks(seen["doctor"]) or checks(seen["doctor --deep"])
    if not told and not (seen["intake"].status and "请" in seen["intake"].err):
        return ["neither clerk doctor nor the next act says anything of it"]
    return [f"{check['name']}: does not say what to do" for check in told if not check["todo"]]


def _chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)
