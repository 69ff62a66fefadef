"""A line on which scans go to central, and what is looked at at both of its ends."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from tests.support.booth import Booth, Town
from tests.support.lossy import LossyLine
from tests.support.tus import Paper


class Line(LossyLine):
    """A lossy line whose requests can be bent; ``before`` may also raise what the window sees instead of an answer."""

    before: Callable[[httpx.Request], httpx.Request] = staticmethod(lambda request: request)
    instead: Callable[[httpx.Request], httpx.Response | None] = staticmethod(lambda request: None)
    """An answer of somebody between the window and central, who lets the request through where it is none."""
    after: Callable[[httpx.Request, httpx.Response], httpx.Response] = staticmethod(lambda _, told: told)

    def _pass(self, request: httpx.Request) -> httpx.Response:
        request = self.before(request)
        return self.instead(request) or self.after(request, super()._pass(request))

    def said(self, *methods: str) -> list[str]:
        """Return the requests that were about files."""
        return [r.method for r in self.requests if r.url.path.startswith("/v1/uploads") and r.method in methods]

    @property
    def sent(self) -> int:
        """Bytes of files that went out."""
        return sum(len(r.content) for r in self.requests if r.method == "PATCH")


def attach(window: Booth, paper: Paper, number: str = "", material: str = "form") -> str:
    """Attach a paper to a case, a new one where none is given; return its number."""
    number = number or window.receive()
    file = window.folder / f"{paper.sha256}.png"
    file.write_bytes(paper.content)
    window.desk.attach_scan(number, material, file)
    return number


def at_central(here: Town, paper: Paper) -> bool:
    path = here.shelf / paper.sha256[:2] / paper.sha256
    return path.is_file() and path.read_bytes() == paper.content


def state(window: Booth, paper: Paper) -> str:
    return window.records.scans.standing(paper.sha256).state
