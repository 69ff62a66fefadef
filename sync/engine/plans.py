"""What is done in a conversation, and in which order."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from sync.engine.asking import File, Question
from sync.engine.carrying import Carry
from sync.engine.catalogue import CATALOGUE_PAGE, Catalogue
from sync.engine.comparing import Compare
from sync.engine.concluding import Finish
from sync.engine.couriers import Couriers
from sync.engine.feeding import Feed
from sync.engine.following import Further, Listen
from sync.engine.greeting import Greet
from sync.engine.incarnating import Incarnate
from sync.engine.machine import Conversation, begin
from sync.engine.pushing import Push
from sync.engine.session import Prove
from sync.engine.snapshot import Snapshot
from sync.engine.uploading import Upload
from sync.engine.values import Errand

ROUNDS = 2
"""So often everything may be begun anew in one conversation."""


def everything(page: int = CATALOGUE_PAGE) -> tuple[Errand, ...]:
    """Return the errands of a round: what was done here is said before anything is heard, files come last."""
    heard = (Feed(), Further(), Couriers(), Snapshot(), Catalogue(page=page))
    return (Greet(), Compare(), Push(), Carry(), *heard, Upload(), Finish())


def a_round(window: str, page: int = CATALOGUE_PAGE) -> Conversation:
    """Return a whole round: say everything unsent and hear everything new."""
    errands = everything(page)
    return begin(errands, window, anew=errands, rounds=ROUNDS)


def greeting(window: str) -> Conversation:
    """Return the question where central stands."""
    return begin((Greet(),), window)


def sign_in(window: str, clerk: str, password: str) -> Conversation:
    """Return the question whether somebody may sign in here."""
    return begin((Prove(clerk=clerk, password=password),), window)


def listening(window: str) -> Conversation:
    """Return the wait for news of any of several feeds."""
    return begin((Listen(),), window)


def incarnation(window: str, public_key: str) -> Conversation:
    """Return the request to go on as another window of this point."""
    return begin((Greet(), Incarnate(public_key=public_key)), window)


def question(window: str, path: str, key: str, answer: type[Any]) -> Conversation:
    """Return the question for one thing under a path."""
    return begin((Question(path + quote(key, safe=""), answer),), window)


def file(window: str, path: str, media: str, part: tuple[int, int] | None) -> Conversation:
    """Return the question for a file, or for a part of it."""
    return begin((File(path, media, part),), window)
