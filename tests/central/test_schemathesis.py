"""What is published as OpenAPI is what is served: whatever is asked, no error of the server and no undocumented answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from sync.central.access.couriers import Enlisted, add
from sync.central.line import openapi
from sync.central.line.app import build_app
from sync.wire import Prefiling
from tests.support.bridge import Bridge, LoopThread, loop_thread
from tests.support.city import PASSWORD, City, Window, open_city

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    allow_header_conformance,
    unsupported_method,
]
SCHEMA = schemathesis.openapi.from_dict(json.loads(openapi.description()))


def bounded(examples: int) -> settings:
    """The same examples in every run, and not too many."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@schemathesis.serializer("application/offset+octet-stream")
def raw(_: Any, value: Any) -> Any:
    """Send what was made as it is, where it can be sent at all."""
    return {"data": value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")}


@dataclass
class Served:
    """A city behind a bridge, and a window at which a supervisor has signed in."""

    loop: LoopThread
    city: City
    window: Window
    line: httpx.Client
    asked: int = 0

    def ask(self, case: Any, *, signed_in: bool) -> None:
        """Send a case and hold its answer to the description."""
        self.asked += 1
        if self.asked % 2:
            self._make_real(case)
        told = case.as_transport_kwargs(base_url="http://central.test")
        headers = {k: v for k, v in dict(told.pop("headers") or {}).items() if k.lower() != "authorization"}
        if signed_in:
            headers |= self.loop.run(self._token())
        told = {k: v for k, v in told.items() if k in {"method", "url", "params", "json", "data", "cookies"}}
        if isinstance(told.get("data"), str | bytes):
            told["content"] = told.pop("data")
        try:
            request = self.line.build_request(**told, headers=headers)
        except (httpx.InvalidURL, UnicodeEncodeError, TypeError, ValueError):
            return  # nothing that can be sent
        case.validate_response(self.line.send(request), checks=CHECKS)

    def _make_real(self, case: Any) -> None:
        """Put names that central knows in the place of made-up ones: so more of it is reached."""
        known = {
            "number": self.window.journal[0].subject,
            "window": self.window.id,
            "epoch": self.city.central.epoch,
            "clerk": "S1",
            "password": PASSWORD,
        }
        for made in (case.path_parameters, case.body):
            if isinstance(made, dict):
                made.update({name: value for name, value in known.items() if name in made})

    async def _token(self) -> dict[str, str]:
        """Some of what is asked signs out: then sign in again."""
        if (await self.window.get("/v1/session")).status_code != 200:
            await self.window.sign_in("S1")
        return self.window.headers


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with loop_thread() as loop:
        city = loop.run(open_city(str(tmp_path_factory.mktemp("central") / "central.db")))
        window = loop.run(city.window())
        refused = window.receive()
        loop.run(window.verdicts([refused, window.say("case.accepted", refused.subject, {"no": "body"}, seen=1)]))
        assert loop.run(window.sign_in("S1")).status_code == 201
        loop.run(city.central.put_prefiling(Prefiling(number="P-1", item="SAMPLE-1", applicant={"name": "样例"})))
        loop.run(add(city.central, Enlisted(badge="YZ000123", name="区顺达", points=(window.point,)), "739251"))
        with httpx.Client(transport=Bridge(loop, build_app(city.central)), base_url="http://central.test") as line:
            yield Served(loop, city, window, line)
        loop.run(city.client.aclose())
        loop.run(city.central.close())


@SCHEMA.parametrize()
@bounded(15)
def test_to_a_supervisor(case: Any, served: Served) -> None:
    served.city.clock.advance(seconds=1)
    served.ask(case, signed_in=True)


@SCHEMA.parametrize()
@bounded(5)
def test_to_whoever_has_not_signed_in(case: Any, served: Served) -> None:
    served.city.clock.advance(seconds=1)
    served.ask(case, signed_in=False)


REAL: tuple[tuple[str, dict[str, int]], ...] = (
    ("/v1/session", {}),
    ("/v1/entries", {"after": 0}),
    ("/v1/feed", {"after": 0}),
    ("/v1/catalogue", {"after": 0}),
    ("/v1/catalogue/snapshot", {}),
    ("/v1/couriers", {}),
    ("/v1/cases/{number}", {}),
    ("/v1/prefilings/{number}", {}),
    ("/v1/fleet", {}),
    ("/v1/scans/missing", {}),
)


@pytest.mark.parametrize(("path", "query"), REAL, ids=[path for path, _ in REAL])
def test_what_is_answered_to_real_work_is_as_described(served: Served, path: str, query: dict[str, int]) -> None:
    number = "P-1" if "prefilings" in path else served.window.journal[0].subject
    headers = served.loop.run(served._token())
    told = served.line.get(path.replace("{number}", number), params=query, headers=headers)
    assert told.status_code == 200
    SCHEMA[path]["GET"].validate_response(told)
