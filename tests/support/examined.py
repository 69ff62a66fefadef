"""A window to be spoilt and examined, and what ``clerk doctor`` says of it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from clerk_app.checkup.report import LABELS
from tests.support.commands import Seat, Told

NOBODY_THERE = "http://127.0.0.1:9"
MEMBERS = {"name", "label", "state", "found", "kept", "todo"}


def checks(told: Told) -> dict[str, dict[str, Any]]:
    """Return the checks by name; each is whole, and in Chinese."""
    report = told.json
    assert {"ok", "can_work", "checks", "version", "window", "point"} <= report.keys()
    assert [check["name"] for check in report["checks"]] == list(LABELS)
    assert (told.status == 0) is report["can_work"]
    for check in report["checks"]:
        assert check.keys() == MEMBERS
        assert check["found"], check
        if check["state"] in {"warning", "failed"}:
            assert check["kept"], check
            assert check["todo"] or check["name"] == "space", check
    return {check["name"]: check for check in report["checks"]}


def states(told: Told) -> dict[str, str]:
    return {name: check["state"] for name, check in checks(told).items()}


def change(window: Seat, **settings: Any) -> None:
    """Change members of ``window.json``."""
    file = window.folder / "window.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    told["seat"] |= settings.pop("seat", {})
    file.write_text(json.dumps(told | settings), encoding="utf-8")


def contents_of(folder: Path) -> dict[str, str]:
    """Return a digest of every file but the log and SQLite's own working files."""
    kept = (path for path in sorted(folder.rglob("*")) if path.is_file() and "log" not in path.parts)
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in kept
        if not path.name.endswith(("-shm", "-wal"))
    }


def settled(folder: Path) -> None:
    """Have everything in ``store.db`` itself, as after an orderly end."""
    with closing(sqlite3.connect(folder / "store.db")) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
