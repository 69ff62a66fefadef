"""A day of windows and central, recorded word by word, and said again to a central of today.

To record one with an earlier version, check it out elsewhere and run this file with that tree before this one::

    PYTHONPATH=/path/to/that/tree python tests/support/recorded_day.py day.json

What differs each time (tokens, names of lists, ids of uploads) is put in its place when it is said again; the clock stands as it
stood then. Bodies are kept as JSON, or as base64 where they are none.
"""

from __future__ import annotations

import base64
import gzip
import json
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.dispatch import Signed
from clerk_app.domain import custody_bodies as cb
from clerk_app.domain.couriers import ANYBODY
from sync import wire
from sync.central.access import couriers
from sync.central.access.couriers import Enlisted
from tests.support.booth import ADDRESS, SECRET, Booth, Town, booth, town
from tests.support.branches import THERE, Branches
from tests.support.bridge import Bridge, loop_thread
from tests.support.city import OTHER_POINT, PASSWORD, POINT
from tests.support.story import PERMIT
from tests.support.tus import page

AWAY = bytes(range(3, 35))
"""The key of the window of the other point."""
BADGE, PIN = "YZ000123", "739251"
HEADERS = frozenset(
    {
        "accept", "content-type", "content-encoding", "user-agent", "clerk-backlog", "range", "if-range", "tus-resumable",
        "upload-offset", "upload-length", "upload-metadata", "upload-checksum",
    }
)  # fmt: skip
"""Of a request, as far as they mean something."""
TOLD = frozenset({"content-type", "content-range", "location", "upload-offset", "upload-length", "tus-resumable"})
"""Of an answer."""
EACH_TIME = frozenset(
    {
        "challenge", "signature", "access_token", "refresh_token", "epoch", "server_time", "couriers", "revision",
        "verifier", "id", "key", "handover", "last_digest", "sha256", "size",
    }
)  # fmt: skip
"""Members whose texts may be others each time; where it matters that two of them agree, central of today says so."""


@dataclass
class Tape(httpx.BaseTransport):
    """Passes requests on and keeps both ends of each."""

    inner: httpx.BaseTransport
    window: str
    here: Town
    steps: list[dict[str, Any]]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        told = self.inner.handle_request(request)
        answer = told.read()
        self.steps.append(
            {
                "window": self.window,
                "at": self.here.clock.now.isoformat(),
                "method": request.method,
                "path": request.url.path,
                "query": dict(request.url.params),
                "headers": {name: value for name, value in request.headers.items() if name in HEADERS},
                "body": kept(content, request.headers.get("content-encoding", "")),
                "status": told.status_code,
                "told": {name: value for name, value in told.headers.items() if name in TOLD},
                "answer": kept(answer, ""),
            }
        )
        return httpx.Response(told.status_code, headers=plain(told.headers), content=answer)


def plain(headers: httpx.Headers) -> httpx.Headers:
    """Return an answer's headers without how it was packed: it is not any more."""
    return httpx.Headers([(k, v) for k, v in headers.items() if k not in {"content-encoding", "content-length"}])


def kept(content: bytes, packed: str) -> Any:
    """Return a body as it is recorded."""
    if packed == "zstd":
        content = zstandard.ZstdDecompressor().decompressobj().decompress(content)
    try:
        return json.loads(content) if content else None
    except ValueError:
        return {"base64": base64.b64encode(content).decode()}


def prepare(here: Town) -> None:
    """Do at central what a recorded day was begun with."""
    rider = Enlisted(badge=BADGE, name="区顺达", points=(POINT,), receives_for=(ANYBODY,))
    here.loop.run(couriers.add(here.central, rider, PIN))
    here.central.chance = lambda: 0.5


def enrolled(here: Town) -> tuple[Any, Any]:
    """Make the two windows."""
    return here.enrol(), here.enrol(AWAY, OTHER_POINT)


def spend(city: Branches) -> None:
    """Have a day of everything that goes over the line: cases, a scan, a bag, a courier, a tip, a supervisor of two points."""
    home, away, clock = city.home, city.away, city.town.clock
    home.sync()
    away.sync()
    theirs = away.receive()
    away.sync()
    cases = [home.receive(), home.receive()]
    file = home.folder / "page.png"
    file.write_bytes(page(30).content)
    home.desk.attach_scan(cases[0], "form", file)
    pack_and_hand_over(home)
    tip = home.desk.offer_tip(PERMIT.code, "lease", "到社区服务站二楼盖章，周三不办。")
    home.sync()
    home.end.authenticate("S1", PASSWORD)
    home.sync()
    home.sync()
    clock.advance(minutes=20)
    chief = city.chief(home)
    chief.urge(theirs, "请尽快办理")
    chief.rate(cases[1], 5)
    chief.approve_tip(tip.number)
    home.sync()
    away.sync()
    home.end.prefiling("YS-NOWHERE")
    home.end.case(theirs)
    clock.advance(hours=1)
    home.sync()


def pack_and_hand_over(home: Booth) -> None:
    """Put what waits into a bag and give it to the courier."""
    desk = home.desk
    group = desk.to_pack()[0]
    bag = desk.pack(desk.packing(group.direction, group.to, [one.number for one in group.cases]), "FQ001")
    held, _, _ = desk.scan_bag(desk.begin_pickup(), bag.number)
    taker = cb.Hand(kind=cb.HandKind.COURIER, code=BADGE, name="样例速递", person="区顺达")
    desk.close_pickup(held, Signed(taker=taker, proof="pin"), {})


@dataclass
class Replay:
    """Says again what was recorded, with the tokens and names of today."""

    here: Town
    keys: dict[str, bytes]
    known: dict[str, str] = field(default_factory=dict)
    """What was told then → what is told now."""
    tokens: dict[str, str] = field(default_factory=dict)

    def say(self, step: dict[str, Any]) -> tuple[httpx.Response, Any]:
        """Say one thing; return the answer, and its body as it would be recorded."""
        self.here.clock.now = datetime.fromisoformat(step["at"])
        headers = {name: self._today(value) for name, value in step["headers"].items()}
        if step["window"] in self.tokens:
            headers["authorization"] = f"Bearer {self.tokens[step['window']]}"
        with httpx.Client(transport=Bridge(self.here.loop, self.here.bridge.app), base_url=ADDRESS) as client:
            told = client.request(
                step["method"],
                self._today(step["path"]),
                params=step["query"],
                content=self._content(step),
                headers=headers,
            )
        answer = kept(told.content, "")
        self._learn(step["answer"], answer)
        if "location" in step["told"]:
            then, now = (path.rpartition("/")[2] for path in (step["told"]["location"], told.headers["location"]))
            self.known[then] = now
        if isinstance(answer, dict) and "access_token" in answer:
            self.tokens[step["window"]] = answer["access_token"]
        return told, answer

    def _content(self, step: dict[str, Any]) -> bytes:
        body = step["body"]
        if body is None:
            return b""
        if set(body) == {"base64"}:
            return base64.b64decode(body["base64"])
        today = self._today(body)
        if step["path"] == "/v1/sessions":
            proof = wire.session_bytes(today["challenge"], today["window"])
            today["signature"] = Ed25519PrivateKey.from_private_bytes(self.keys[step["window"]]).sign(proof).hex()
        content = json.dumps(today, ensure_ascii=False).encode()
        packed = step["headers"].get("content-encoding", "")
        if packed == "zstd":
            return zstandard.ZstdCompressor().compress(content)
        return gzip.compress(content) if packed == "gzip" else content

    def _today(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._today(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._today(one) for one in value]
        if isinstance(value, str):
            for then, now in self.known.items():
                value = value.replace(then, now)
        return value

    def _learn(self, then: Any, now: Any) -> None:
        """Take note of what is another text today, where it may be."""
        if isinstance(then, dict) and isinstance(now, dict):
            for name in then.keys() & now.keys():
                if name in EACH_TIME and isinstance(then[name], str) and isinstance(now[name], str):
                    if then[name] != now[name] and len(then[name]) >= 8 and name not in {"server_time", "verifier"}:
                        self.known[then[name]] = now[name]
                else:
                    self._learn(then[name], now[name])


def is_in(old: Any, new: Any) -> bool:
    """Whether everything that was told once is told still, of the same kind and with the same meaning."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(name in new and _same(name, old[name], new[name]) for name in old)
    if isinstance(old, list):
        return isinstance(new, list) and len(old) == len(new) and all(map(is_in, old, new))
    return type(old) is type(new) and bool(old == new)


def _same(name: str, old: Any, new: Any) -> bool:
    if name in EACH_TIME and isinstance(old, str):
        return isinstance(new, str)
    return (name in {"size", "base64"} and type(old) is type(new)) or is_in(old, new)


def main() -> None:
    """Record a day with the program whose tree comes first."""
    steps: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as place, loop_thread() as loop, town(loop, Path(place)) as here:
        prepare(here)
        home, away = enrolled(here)
        first, second = (Tape(here.bridge, seat.window, here, steps) for seat in (home, away))
        with (
            booth(home, Path(place) / "home", here.clock, first) as one,
            booth(away, Path(place) / "away", here.clock, second, key=AWAY, person=THERE) as other,
        ):
            spend(Branches(here, one, one, other, {home.window: SECRET, away.window: AWAY}))
    Path(sys.argv[1]).write_text(json.dumps(steps, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    calls = sorted({f"{step['method']} {step['path'].partition('/v1/')[2].split('/')[0]}" for step in steps})
    sys.stdout.write(f"{len(steps)} exchanges: {', '.join(calls)}\n")


if __name__ == "__main__":
    main()
