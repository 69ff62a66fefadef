"""The background work of keeping the program new: hears what central offers, and fetches it in idle moments."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app.line import LineDown, LineRefused
from clerk_app.program import build_info
from clerk_app.program.switching import Programs, is_version, of_window
from clerk_app.store.file.schema import SCHEMA

if TYPE_CHECKING:
    from clerk_app.program.source import Source

log = logging.getLogger("clerk.program")
PAUSE = 900.0
"""Seconds after a failure before the same version is asked for again."""


class Updating:
    """Keeps what central offers; ``work`` does what is to be done about it, and may be called at any idle moment."""

    def __init__(
        self,
        programs: Programs,
        platform: str,
        connect: Callable[[], AbstractContextManager[Source]],
        *,
        store: int,
        embedded: bytes | None = None,
        pinned: str = "",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """``connect`` opens a conversation for the length of one fetch."""
        self.programs = programs
        self._platform = platform
        self._connect = connect
        self._store = store
        self._embedded = embedded
        self._pinned = pinned
        self._now = now
        self._offered = ""
        self._not_before: tuple[str, float] = ("", 0.0)
        self.ready = programs.state().staged
        """The version that is used when the client is opened next; empty: the same as now."""

    @classmethod
    def of_bundle(
        cls, folder: Path, connect: Callable[[], AbstractContextManager[Source]], pinned: str
    ) -> Updating | None:
        """Return the updating of a window whose program is a bundle; a source tree is not kept new by itself."""
        if not build_info.frozen():
            return None
        platform, root = build_info.build_info().platform, build_info.release_root()
        return cls(of_window(folder), platform, connect, store=SCHEMA, embedded=root, pinned=pinned)

    def offered(self, release: str) -> None:
        """Hear which version central offers; empty: none."""
        self._offered = release

    @property
    def due(self) -> bool:
        """Whether there is something to fetch now."""
        version, until = self._not_before
        release = self._offered
        waits = release == version and self._now() < until
        return bool(release) and not waits and is_version(release) and self.programs.wanted(release)

    def work(
        self,
        cancelled: Callable[[], bool] = lambda: False,
        progress: Callable[[str], object] = lambda _: None,
    ) -> str:
        """Fetch what is offered, if it is wanted; return what stood in the way, in Chinese, or nothing."""
        if not self.due:
            return ""
        version = self._offered
        trouble = self._fetched(version, cancelled, progress)
        if trouble:
            log.warning("release not taken: %s", version)
            self._not_before = version, self._now() + PAUSE
        try:
            self.programs.note(trouble)
        except OSError:
            log.warning("the state of the program is not written")
        return trouble

    def _fetched(self, version: str, cancelled: Callable[[], bool], progress: Callable[[str], object]) -> str:
        from clerk_app.program.fetching import Fetch, Refused
        from clerk_app.program.unpacking import Interrupted

        try:
            with self._connect() as source:
                Fetch(
                    self.programs,
                    source,
                    platform=self._platform,
                    store=self._store,
                    embedded=self._embedded,
                    pinned=self._pinned,
                    progress=progress,
                    cancelled=cancelled,
                ).run(version)
        except Interrupted:
            return ""
        except Refused as refused:
            if refused.for_good:
                self.programs.refuse(version, str(refused))
            log.warning("release refused: %s", refused.code)
            return f"新版本 {version} 没有取用：{refused}。"
        except (LineDown, LineRefused) as down:
            return "" if cancelled() else f"新版本 {version} 还没有取完：{down}"
        except OSError as error:
            return f"新版本 {version} 没有存下来（{error.strerror or type(error).__name__}）。"
        self.ready = version
        log.info("release staged: %s", version)
        return ""
