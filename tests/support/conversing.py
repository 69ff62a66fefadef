"""A conversation with both honest ends, and what is looked at afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sync.engine import machine
from sync.engine.values import Ask, Begun, Disk, Event, Failure, Heard, Show
from tests.support.honest import Honest


def have(
    ends: Honest,
    state: machine.Conversation,
    note: Callable[[Ask | Disk], object] = lambda _: None,
    instead: Mapping[str, Heard | list[Heard]] | None = None,
    **more: Heard | list[Heard],
) -> machine.Conversation:
    """Have a conversation; ``instead`` is what happens to requests of a path (its last word), in turn."""
    what: Heard = Begun()
    while state.ended is None:
        state, effects = machine.step(state, Event(what=what, now=0.0, chance=0.5))
        for effect in effects:
            if not isinstance(effect, Show):
                note(effect)
                what = instead_of(effect, {**(instead or {}), **more}) or ends.do(effect)
    return state


def instead_of(effect: Ask | Disk, instead: Mapping[str, Heard | list[Heard]]) -> Heard | None:
    name = effect.request.path.rpartition("/")[2] if isinstance(effect, Ask) else type(effect.operation).__name__
    mishap = instead.get(name)
    if isinstance(mishap, list):
        return mishap.pop(0) if mishap else None
    return mishap


def failure(state: machine.Conversation) -> Failure:
    assert state.ended is not None
    assert state.ended.failure is not None
    return state.ended.failure


def failure_of(state: machine.Conversation) -> Failure | None:
    assert state.ended is not None
    return state.ended.failure


def feeds(ends: Honest) -> list[dict[str, str | int]]:
    return [dict(request.query) for request in ends.asked if request.path == "/v1/feed"]
