"""The conversation as a step: which errand is on, which session it speaks with, and what is made of what goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sync.engine import recovery
from sync.engine.pushing import Push
from sync.engine.session import Prove, Token
from sync.engine.values import (
    Ask,
    Begun,
    Disk,
    Effect,
    Errand,
    Event,
    Failed,
    Failure,
    Go,
    Heard,
    Kind,
    Move,
    Over,
    Pause,
    Report,
    Request,
    Shared,
    Show,
    Stuck,
    down,
)
from sync.engine.words import refused

MOST_ALIKE = 4
"""An equal request is said so often without anything achieved between; once more would be a loop."""
NOT_TAKEN = down("市中心没有认可本窗口的登录，稍后自动再试。")
Step: TypeAlias = "tuple[Conversation, tuple[Effect, ...]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a conversation came to."""

    report: Report
    failure: Failure | None = None
    result: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A request under way, or about to be."""

    request: Request
    again: bool = True
    """It may be said once more, where the connection is cut or the session is not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One conversation with central as it stands; equal ones go on alike."""

    plan: tuple[Errand, ...]
    """Errands to come."""
    shared: Shared
    errand: Errand | None = None
    """The one that is on."""
    paused: Errand | None = None
    """The one that gave way to more urgent work."""
    failing: Failure | None = None
    """Why the one that is on will not go on: it may put its things in order, and then this is what counts."""
    proving: Prove | None = None
    """A session is being got, for the request in ``asking``."""
    asking: Asking | None = None
    token: Token | None = None
    anew: tuple[Errand, ...] = ()
    """With what everything begins anew, where that helps; empty: it does not."""
    rounds: int = 0
    """How often that may still be done."""
    said: tuple[Request, ...] = ()
    """Requests since something was last achieved."""
    ended: Ended | None = None


def begin(
    plan: Sequence[Errand], window: str, *, anew: Sequence[Errand] = (), rounds: int = 0, token: Token | None = None
) -> Conversation:
    """Return a conversation about to begin: step it with ``Begun``."""
    return Conversation(plan=tuple(plan), shared=Shared(window=window), anew=tuple(anew), rounds=rounds, token=token)


def step(state: Conversation, event: Event) -> Step:
    """Return what follows from what happened; never raises, and asks for one thing at a time."""
    if state.ended is not None:
        return state, ()
    if state.proving is not None:
        return _proving(state, state.proving, event)
    if state.asking is not None:
        return _asked(state, state.asking, event)
    return _heard(state, event.what, event)


# the session


def _asked(state: Conversation, asking: Asking, event: Event) -> Step:
    """Hear what came of a request; say it once more where that is right."""
    failure = event.what.failure if isinstance(event.what, Failed) else None
    once_more = replace(asking, again=False)
    if failure is None:
        return _heard(state, event.what, event)
    if failure.kind is Kind.CUT and asking.again and _is_sayable(asking.request):
        return _ask(state, once_more, event)
    if failure.kind is not Kind.TOLD or failure.status != 401 or asking.request.bare:
        return _heard(state, event.what, event)
    if asking.again:
        return _prove(replace(state, asking=once_more, token=None), Prove(forget=True), event)
    return _heard(replace(state, token=None), Failed(NOT_TAKEN), event)


def _is_sayable(request: Request) -> bool:
    """Whether a request may be said again at once; of a piece of a file only the errand knows where it stands."""
    return not request.bare and request.method != "PATCH"


def _heard(state: Conversation, what: Heard, event: Event) -> Step:
    """Tell the errand that is on; being stopped is the end of all."""
    state = replace(state, asking=None)
    if isinstance(what, Failed) and what.failure.kind is Kind.STOPPED:
        return _end(state, what.failure)
    if state.errand is None:
        return _next(state, event)
    return _moved(state, state.errand.step(replace(event, what=what), state.shared), event)


def _ask(state: Conversation, asking: Asking, event: Event) -> Step:
    """Say a request, with a session if it needs one."""
    state, request = replace(state, asking=asking), asking.request
    if request.bare:
        return _say(state, request)
    if state.token is None or event.now >= state.token.until:
        return _prove(replace(state, token=None), Prove(), event)
    return _say(state, replace(request, token=state.token.access))


def _say(state: Conversation, request: Request) -> Step:
    alike = replace(request, token="")
    if state.said.count(alike) >= MOST_ALIKE:
        return _end(state, down())
    return replace(state, said=(*state.said, alike)), (Ask(request),)


def _prove(state: Conversation, proving: Prove, event: Event) -> Step:
    return _proving(state, proving, replace(event, what=Begun()))


def _proving(state: Conversation, proving: Prove, event: Event) -> Step:
    move = proving.step(event, state.shared)
    if isinstance(move, Go) and isinstance(move.errand, Prove):
        state = replace(state, proving=move.errand)
        return _say(state, move.effect.request) if isinstance(move.effect, Ask) else (state, (move.effect,))
    state = replace(state, proving=None)
    if isinstance(move, Over) and isinstance(move.result, Token) and state.asking is not None:
        return _ask(replace(state, token=move.result), state.asking, event)
    failure = move.failure if isinstance(move, Stuck) else down()
    if failure.kind is Kind.TOLD:  # it is about the window, not about what the errand asked
        failure = refused(failure.text)
    if failure.kind is Kind.BUSY:  # central asks the window for patience, whatever the errand would make of it
        return _failed(replace(state, asking=None), failure, event)
    return _heard(state, Failed(failure), event)


# the errands


def _moved(state: Conversation, move: Move, event: Event) -> Step:
    """Do what an errand decided."""
    state = replace(state, shared=move.shared)
    if state.failing is not None and not (isinstance(move, Go) and isinstance(move.effect, Disk)):
        return _failed(replace(state, failing=None), state.failing, event)
    show = "" if isinstance(move, Stuck) else move.show
    if show:
        state = replace(state, said=())
    match move:
        case Go(errand, Ask(request)):
            state, effects = _ask(replace(state, errand=errand), Asking(request=request), event)
        case Go(errand, effect):
            state, effects = replace(state, errand=errand), (effect,)
        case Pause(errand):
            state, effects = _begin(replace(state, paused=errand), Push(), event)
        case Over(then=then, result=result):
            state, effects = _next(replace(state, errand=None, plan=(*then, *state.plan)), event, result)
        case Stuck(failure):
            state, effects = _failed(state, failure, event)
    return state, (Show(show), *effects) if show else effects


def _begin(state: Conversation, errand: Errand, event: Event) -> Step:
    begun = replace(event, what=Begun())
    return _moved(replace(state, errand=errand), errand.step(begun, state.shared), begun)


def _next(state: Conversation, event: Event, result: Any = None) -> Step:
    """Go on with what was paused, else with the next errand, else that was it."""
    if state.paused is not None:
        return _begin(replace(state, paused=None), state.paused, event)
    if state.plan:
        return _begin(replace(state, plan=state.plan[1:]), state.plan[0], event)
    return _end(state, None, result)


def _failed(state: Conversation, failure: Failure, event: Event) -> Step:
    """Do what can be done about a failure: everything anew, or end here."""
    if failure.kind is Kind.STOPPED:
        return _end(state, failure)
    if state.paused is not None:  # it hears why it will not go on
        errand, state = state.paused, replace(state, errand=state.paused, paused=None, failing=failure)
        told = replace(event, what=Failed(failure))
        return _moved(state, errand.step(told, state.shared), told)
    before = recovery.recovered(failure) if state.anew and state.rounds else None
    if before is not None:
        plan = (*before, *state.anew)
        return _next(replace(state, errand=None, plan=plan, rounds=state.rounds - 1), event)
    return _end(state, recovery.final(failure) if state.anew else failure)


def _end(state: Conversation, failure: Failure | None, result: Any = None) -> Step:
    ended = Ended(report=state.shared.report, failure=failure, result=result)
    bare = Conversation(plan=(), shared=state.shared, token=state.token, ended=ended)
    return bare, ()
