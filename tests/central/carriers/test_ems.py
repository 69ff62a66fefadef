"""What a recording cannot show: answers without end, answers that never come, and whom the courier was."""

from __future__ import annotations

import asyncio
import string
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central.carriers.contract import CarrierDown
from sync.central.carriers.ems import MAX_ANSWER
from sync.central.carriers.ems_reading import LONGEST, events, plain_text
from tests.support.recorded import ems

WAYBILL = "1200000000017"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
FIELDS = st.sampled_from(["traceNo", "opTime", "opCode", "opName", "opDesc", "opOrgName", "opOrgCity", "operatorName"])


async def test_an_answer_that_never_comes_is_given_up_in_time() -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(CarrierDown) as down:
        await ems(never, timeout=0.01).track(WAYBILL)
    assert down.value.reason == "timeout"


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b" " * 65536

    with pytest.raises(CarrierDown) as down:
        await ems(lambda request: httpx.Response(200, content=endless())).track(WAYBILL)
    assert down.value.reason == "too-large"
    assert read <= MAX_ANSWER // 65536 + 1


@pytest.mark.parametrize("content", [b"[" * 100_000, b"\xff\xfe{}", b"", b"null", b'"success"', b'{"success": 1}'])
async def test_whatever_is_no_answer_is_asked_for_again(content: bytes) -> None:
    with pytest.raises(CarrierDown) as down:
        await ems(lambda request: httpx.Response(200, content=content)).track(WAYBILL)
    assert down.value.reason == "unreadable"


async def test_a_body_that_is_not_packed_as_it_says_is_no_answer() -> None:
    packed = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"{}"))
    with pytest.raises(CarrierDown) as down:
        await ems(lambda request: packed).track(WAYBILL)
    assert down.value.reason == "DecodingError"


@given(st.binary(max_size=60) | st.builds(msgspec.json.encode, st.dictionaries(st.just("success"), JSON)))
def test_no_answer_breaks_the_adapter(content: bytes) -> None:
    carrier = ems(lambda request: httpx.Response(200, content=content))

    async def asked() -> list[str]:
        reasons = []
        for work in (carrier.track(WAYBILL), carrier.cancel_pickup("n")):
            try:
                await work
            except CarrierDown as down:
                reasons.append(down.reason)
        return reasons

    assert set("".join(asyncio.run(asked()))) <= {*string.ascii_letters, *string.digits, "-"}


@given(JSON | st.lists(st.dictionaries(FIELDS, JSON, max_size=8), max_size=4))
def test_no_stream_breaks_the_reading_and_what_is_read_can_be_stored(told: Any) -> None:
    for event in events(told, WAYBILL):
        assert event.waybill == WAYBILL
        for text in (event.at, event.code, event.name, event.place, event.detail):
            assert text.encode().decode() == text
            assert text.isprintable()
            assert len(text) <= 300


def test_a_stream_is_read_so_far_and_no_further() -> None:
    assert len(events([{"opCode": str(n)} for n in range(2 * LONGEST)], WAYBILL)) == LONGEST


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("已签收，他人代收：门卫，投递员：样例乙，电话：13000000001", "已签收，他人代收：门卫"),
        ("样例乙（13000000001）正在派送", "（）正在派送"),
        ("快递员【样例乙，电话:13000000001】正在派送", "正在派送"),
        ("请拨打0757-00000000联系投递员(样例乙)", "请拨打联系"),
        ("已由快递员放在门口", "已由快递员放在门口"),
        ("邮件1200000000017已离开", "邮件1200000000017已离开"),
    ],
)
def test_who_carried_it_and_telephones_are_never_kept(told: str, kept: str) -> None:
    [event] = events([{"opCode": "704", "opDesc": told, "operatorName": "样例乙"}], WAYBILL)

    assert event.detail == kept.replace("（）", "")


def test_text_is_one_line_that_fits() -> None:
    assert plain_text(" 甲\n\t乙\u200b\ud800 ", 10) == "甲 乙"
    assert plain_text("甲" * 20, 5) == "甲" * 5
    assert (plain_text(True, 5), plain_text(123456, 5), plain_text(-7, 5), plain_text(1.5, 5)) == ("", "", "-7", "")
