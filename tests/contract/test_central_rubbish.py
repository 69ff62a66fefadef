"""Rubbish in: a clear refusal, never a server error."""

from __future__ import annotations

import gzip
import re

import httpx
import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync import wire
from sync.central.line import openapi
from tests.support.city import City, Window, problem_code

POSTS = ("/v1/enrolments", "/v1/challenges", "/v1/sessions", "/v1/sessions/refresh", "/v1/entries")
DEEP = b"[" * 100_000
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


async def post(window: Window, path: str, body: bytes, **headers: str) -> httpx.Response:
    if not window.token:
        await window.sign_in()
    told = {**window.headers, "Content-Type": wire.MEDIA_TYPE, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return await window.city.client.post(path, content=body, headers=told)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b'{"epoch": "x", "entries": [', 400),
        (b'{"a": "\xff"}', None),
        (b"<html><title>Login</title>", 400),
        (b"NaN", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"epoch": 1, "code": 1, "window": [], "refresh_token": {}}', 422),
        (DEEP, None),
        (b'{"x": ' + DEEP, None),
        (b'{"x": ' + b"9" * 50_000 + b"}", 422),
        (b'{"window": "\\ud800"}', None),
    ],
)
async def test_a_body_that_is_no_message_is_refused(city: City, body: bytes, status: int | None) -> None:
    window = await city.window()
    for path in POSTS:
        told = await post(window, path, body)
        assert told.status_code == (status or told.status_code)
        assert told.status_code in {400, 413, 422}
        problem_code(told)


async def test_an_entry_nested_too_deep_to_be_signed_alike_everywhere_is_refused(city: City) -> None:
    window = await city.window()
    deep: dict[str, object] = {}
    for _ in range(40):
        deep = {"a": [deep]}
    told = await window.push([window.receive(body=deep)])
    assert (told.status_code, problem_code(told)) == (422, "malformed")


async def test_a_body_too_long_is_refused_however_it_is_packed(city: City) -> None:
    window = await city.window()
    bomb = b'{"epoch": "' + b" " * (50 << 20) + b'"}'
    for body, coding in (
        (bomb[: (1 << 20) + 1], "identity"),
        (gzip.compress(bomb), "gzip"),
        (zstandard.ZstdCompressor().compress(bomb), "zstd"),
    ):
        told = await post(window, "/v1/entries", body, Content_Encoding=coding)
        assert (told.status_code, problem_code(told)) == (413, "too-large")


async def test_a_compressed_batch_is_taken_and_a_broken_one_refused(city: City) -> None:
    window = await city.window()
    body = msgspec.json.encode(wire.EntriesRequest(epoch=city.central.epoch, entries=[window.receive()]))
    for coding, packed in (("gzip", gzip.compress(body)), ("zstd", zstandard.ZstdCompressor().compress(body))):
        assert (await post(window, "/v1/entries", packed, Content_Encoding=coding)).status_code == 200
        assert (await post(window, "/v1/entries", packed[:-40], Content_Encoding=coding)).status_code == 400
        assert (await post(window, "/v1/entries", body, Content_Encoding=coding)).status_code == 400


async def test_other_media_types_and_codings_are_refused(city: City) -> None:
    window = await city.window()
    for headers in ({"Content_Type": "text/html"}, {"Content_Encoding": "br"}):
        told = await post(window, "/v1/entries", b"{}", **headers)
        assert (told.status_code, problem_code(told)) == (415, "media-type")


BAD_QUERIES = (
    *("after=-1", "after=x", "after=", "after=9007199254740992", "after=9" + "9" * 5000, "after=²", "after=%00"),
    *("after=١", "limit=0", "limit=100000", "wait=26", "wait=1e3"),
)


async def test_numbers_out_of_range_are_refused(city: City) -> None:
    window = await city.window()
    await window.sign_in()
    for query in BAD_QUERIES:
        told = await city.client.get(f"/v1/feed?{query}", headers=window.headers)
        assert (query, told.status_code, problem_code(told)) == (query, 422, "malformed")


async def test_numbers_nobody_has_are_refused_or_not_found(city: City) -> None:
    window = await city.window()
    await window.sign_in()
    for number in ("%00", "x" * 65, "a%0Ab", "%ff%fe", "'%20OR%20'1'='1", "🙂", "..%2f..%2fetc"):
        for path in ("/v1/cases/", "/v1/prefilings/"):
            told = await city.client.get(path + number, headers=window.headers)
            assert told.status_code in {404, 422}
            problem_code(told)


async def test_unknown_addresses_and_methods_are_problems_too(city: City) -> None:
    assert problem_code(await city.client.get("/v2/nothing")) == "not-found"
    told = await city.client.put("/v1/entries")
    assert problem_code(told) == "method"
    assert set(told.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert problem_code(await city.client.get("/v1/feed", headers={"Authorization": "Bearer ' OR 1=1"})) == (
        "token-invalid"
    )


async def test_every_answer_is_told_from_a_captive_portals(city: City) -> None:
    window = await city.window()
    await window.sign_in()
    for told in (await window.get("/v1/session"), await city.client.get("/nowhere"), await window.push([])):
        assert told.headers[wire.EPOCH_HEADER] == city.central.epoch
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", told.headers["date"])
    assert told.headers["content-type"] == wire.MEDIA_TYPE


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(POSTS), body=anything, extra=anything)
async def test_no_json_whatsoever_is_an_error_of_the_server(city: City, path: str, body: object, extra: object) -> None:
    told = {"code": body, "public_key": extra, "window": body, "challenge": extra, "signature": body, "clerk": body}
    told |= {"password": extra, "refresh_token": body, "epoch": city.central.epoch, "entries": [body, extra]}
    answer = await city.client.post(path, content=msgspec.json.encode(told), headers={"Content-Type": wire.MEDIA_TYPE})
    assert 400 <= answer.status_code < 500
    problem_code(answer)


async def test_the_description_is_served_and_central_says_it_is_well(city: City) -> None:
    assert (await city.client.get("/v1/openapi.json")).content == openapi.description()
    assert (await city.client.get("/healthz")).status_code == 200
