"""A window that moved to another point: its new folder takes the place of the old one, which is kept beside it.

``window`` → ``window.FS0001-01`` and ``window.moving`` → ``window``: two renames, so that whatever stops this leaves both
whole. Between them there is no window; whoever looks for one (``settings``) has the second done.
"""

from __future__ import annotations

import json
from pathlib import Path

PROGRAM = "program"
"""The versions of the program that were fetched here: they go on with the machine."""
NOTE = "former.json"
"""In the new folder while it waits for its place: the name under which the old one is kept."""


def place_of(folder: Path) -> Path:
    """Return where the new window is made ready."""
    return folder.with_name(f"{folder.name}.moving")


def kept_of(folder: Path, window: str) -> Path:
    """Return where the former window's folder is kept."""
    return folder.with_name(f"{folder.name}.{window}")


def begin(folder: Path, window: str) -> None:
    """Note, once the new window is enrolled, that it is to take the old one's place."""
    from clerk_app.store.file.durable import write_private_file

    note = json.dumps({"kept": kept_of(folder, window).name}).encode()
    write_private_file(place_of(folder) / NOTE, note)


def waits(folder: Path) -> bool:
    """Whether a new window waits to take this folder's place."""
    return (place_of(folder) / NOTE).exists()


def finish(folder: Path) -> Path | None:
    """Put the new window in its place, if one waits; return where the old one is kept. May be cut anywhere, and begun again."""
    from clerk_app.store.file.durable import sync_folder

    coming = place_of(folder)
    try:
        kept = folder.with_name(str(json.loads((coming / NOTE).read_bytes())["kept"]))
    except (OSError, ValueError, KeyError):
        return None
    if folder.exists():
        folder.rename(kept)
        sync_folder(folder.parent)
    if (kept / PROGRAM).exists() and not (coming / PROGRAM).exists():
        (kept / PROGRAM).rename(coming / PROGRAM)
    coming.rename(folder)
    sync_folder(folder.parent)
    (folder / NOTE).unlink(missing_ok=True)
    return kept


def interrupted(folder: Path) -> bool:
    """Finish a move that was cut between its two renames; whether there was one."""
    return not folder.exists() and finish(folder) is not None
