"""What the desk does runs on one thread, in the order it was asked for; its answers come back as messages."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from textual.message import Message

from clerk_app.line import LineDown, LineRefused, SignInRefused
from clerk_app.seat import Refused

if TYPE_CHECKING:
    from textual.app import App

    from screens.key_gate import KeyGate

T = TypeVar("T")
log = logging.getLogger(__name__)

BROKEN = "program-error"
"""The code of a refusal that stands for a fault of the program or the machine."""
LINE_DOWN = "line-down"
"""The code of a refusal that stands for a central that cannot be reached."""


@dataclass
class Answered(Message, bubble=False):
    """The desk has answered; ``tell`` hands the answer to whoever asked."""

    tell: Callable[[], None]


class DeskWork:
    """One ordered worker: the screen never waits for the disk, and no two acts overtake each other."""

    def __init__(self, app: App[Any], gate: KeyGate) -> None:
        self._app = app
        self._gate = gate
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")
        self._newest: dict[str, int] = {}
        self._awaited: set[str] = set()
        """Questions whose answer keys are held for."""
        self._open = 0

    @property
    def idle(self) -> bool:
        """Whether everything asked so far was answered."""
        return not self._open

    def do(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        otherwise: Callable[[Refused], None],
        *,
        replaces: str = "",
        hold: bool = True,
    ) -> None:
        """Run ``work``, then tell one of the others on the screen's side.

        ``replaces`` names a question of which only the newest answer matters. ``hold`` keeps later keys back until the
        answer is on the screen, because it decides where they belong; what replaces such a question holds them on.
        """
        ticket = self._newest.get(replaces, 0) + 1
        if replaces:
            self._newest[replaces] = ticket
            hold = hold or replaces in self._awaited
            self._awaited |= {replaces} if hold else set()
        release = self._gate.hold() if hold else _nothing
        self._open += 1

        def stale() -> bool:
            return bool(replaces) and self._newest[replaces] != ticket

        def job() -> None:
            answer = _nothing if stale() else attempt(work, then, otherwise)

            def tell() -> None:
                try:
                    if not stale():
                        self._awaited.discard(replaces)
                        answer()
                finally:
                    self._open -= 1
                    release()

            if not self._app.post_message(Answered(tell)):
                release()

        self._thread.submit(job)

    def close(self) -> None:
        """Finish what was begun and end the thread."""
        self._thread.shutdown(wait=True)


def attempt(
    work: Callable[[], T], then: Callable[[T], None], otherwise: Callable[[Refused], None]
) -> Callable[[], None]:
    """Run ``work`` and return what tells its outcome to one of the others."""
    try:
        result = work()
    except Refused as refused:
        refusal = refused
        return lambda: otherwise(refusal)
    except SignInRefused as refused:
        refusal = Refused(refused.code, refused.message)
        return lambda: otherwise(refusal)
    except (LineDown, LineRefused) as down:
        refusal = Refused(LINE_DOWN if isinstance(down, LineDown) else "line-refused", str(down))
        return lambda: otherwise(refusal)
    except Exception as error:
        log.exception("the desk failed")
        refusal = Refused(BROKEN, _told(error))
        return lambda: otherwise(refusal)
    return lambda: then(result)


def _told(error: Exception) -> str:
    """Return what the clerk is told of an act that failed."""
    return f"{trouble_words(error)}屏幕上填写的内容都还在，请按同一个键再试；仍不行请联系运维。"


def trouble_words(error: Exception) -> str:
    """Return an error in a sentence; what an error quotes may be somebody's data and stays out of it."""
    say = getattr(error, "say", None)  # the store's own errors are sentences
    if isinstance(say, str) and say:
        return say
    what = error.strerror or str(error) if isinstance(error, OSError) else type(error).__name__
    return f"没有办成（{what}）。"


def _nothing() -> None:
    """Stand for an answer nobody waits for any more."""
