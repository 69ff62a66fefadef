"""Readers that type: what is taken for a scan, by its keys and their times, and what reaches the screen in which order."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from clerk_app.wedge import Wedge, around, name_of, named, wedge_of
from screens.intake.applicant import ApplicantForm
from screens.intake.screen import Intake
from screens.readers import Burst, character_of
from tests.support.client import ID_NUMBER, Client, opened
from tests.support.screen_dump import dump

STX, ETX = "\x02", "\x03"
HOME = "广东省样例市文昌路2号"
KEYS = {"\r": "enter", "\t": "tab", " ": "space", "-": "minus", "~": "tilde", STX: "ctrl+b", ETX: "ctrl+c"}


def key_of(character: str, at: float = 0.0) -> events.Key:
    """Return the key Textual makes of a character, struck at a time."""
    made = events.Key(KEYS.get(character, character), character)
    made.time = at
    return made


def fed(burst: Burst, text: str, gap: float = 0.01, begin: float = 100.0) -> str:
    """Strike a text; return what is delivered, Enter as ``⏎`` and pasted text in brackets."""
    found = [one for n, c in enumerate(text) for one in burst.take(key_of(c, begin + n * gap))]
    return told(found)


def told(found: list[events.Event]) -> str:
    said = []
    for one in found:
        if isinstance(one, events.Paste):
            said.append(f"[{one.text}]")
        elif isinstance(one, events.Key):
            said.append("⏎" if one.key == "enter" else character_of(one))
    return "".join(said)


@pytest.mark.parametrize(
    ("wedge", "typed", "delivered"),
    [
        (Wedge(), "ABC123\r", "ABC123⏎"),
        (Wedge(prefix=STX, suffix=ETX), f"{STX}ABC{ETX}", "ABC⏎"),
        (Wedge(prefix=STX, suffix="\r"), f"{STX}A-B\r", "A-B⏎"),
        (Wedge(prefix="~", suffix="\t"), "~ABC\t", "ABC⏎"),
        (Wedge(prefix="]C1", suffix="\r"), "]C1ABC\r", "ABC⏎"),
        (Wedge(prefix="]C1", suffix="\r"), "]CABC\r", "]CABC⏎"),
        (Wedge(prefix="~", suffix="\r\n"), "~ABC\r\n", "ABC⏎"),
        (Wedge(suffix="\t"), "ABC123\t", "ABC123⏎"),
        (Wedge(prefix=STX, suffix=ETX), f"{STX}张三\t{ID_NUMBER}\r{HOME}\r{ETX}", f"[张三\t{ID_NUMBER}\n{HOME}]"),
        (Wedge(prefix=STX, suffix=ETX), f"x{STX}A{ETX}y", "xA⏎y"),
        (Wedge(prefix="~", suffix="\r"), "~\r", ""),
    ],
)
def test_what_stands_around_a_scan_is_taken_off(wedge: Wedge, typed: str, delivered: str) -> None:
    assert fed(Burst(wedge), typed) == delivered


def test_a_tab_by_hand_stays_a_tab() -> None:
    assert fed(Burst(Wedge(suffix="\t")), "ABC123\t", gap=0.2) == "ABC123\t"
    assert fed(Burst(Wedge(suffix="\t")), "ABC\t") == "ABC\t"
    assert fed(Burst(Wedge(suffix="")), "ABC123\t") == "ABC123\t"


def test_what_is_not_finished_is_delivered_as_it_was_typed() -> None:
    burst = Burst(Wedge(prefix="~", suffix="\r"))
    assert fed(burst, "~") == ""
    assert burst.waiting
    assert told(burst.expire()) == "~"
    assert fed(burst, "A") == "A"

    burst = Burst(Wedge(prefix=STX, suffix=ETX))
    fed(burst, f"{STX}ABC")
    assert told(burst.expire()) == "ABC"

    burst = Burst(Wedge(prefix=STX, suffix=""))
    fed(burst, f"{STX}ABC")
    assert told(burst.expire()) == "ABC⏎"


def test_a_key_that_is_no_character_ends_what_is_kept() -> None:
    burst = Burst(Wedge(prefix="~", suffix="\r"))
    fed(burst, "~AB")
    found = burst.take(events.Key("f5", None))
    assert told(found[:-1]) == "AB"
    assert isinstance(found[-1], events.Key)
    assert found[-1].key == "f5"


def test_too_much_is_no_scan() -> None:
    burst = Burst(Wedge(prefix="~", suffix="\r"))
    assert len(fed(burst, "~" + "A" * 700)) == 700


@given(st.text(alphabet="AB~]C1\r\t" + STX + ETX, max_size=40), st.sampled_from([STX, "~", "]C1", ""]))
def test_nothing_typed_is_lost_and_nothing_comes_twice(text: str, prefix: str) -> None:
    burst = Burst(Wedge(prefix=prefix, suffix=ETX))
    found = fed(burst, text) + told(burst.expire())
    letters = [c for c in text if c in "AB"]
    assert [c for c in found if c in "AB"] == letters


def test_settings_of_readers_that_cannot_be_used_count_as_not_said() -> None:
    assert wedge_of(None) == wedge_of("x") == wedge_of({"prefix": 3, "suffix": "\x1b[", "gap_ms": True}) == Wedge()
    wedge = Wedge(prefix=STX, suffix="", gap_ms=120)
    assert wedge_of(wedge.plain()) == wedge
    assert Wedge().plain() is None


def test_characters_by_name() -> None:
    assert named(f"{STX}A b\t\r\n\x1d") == "<STX>A<空格>b<Tab><回车><换行><GS>"
    assert name_of("\u200b") == "<U+200B>"
    assert around(f"{STX}CODE{ETX}", "CODE") == (STX, ETX)
    assert around("CODE", "OTHER") is None
    assert around("\x1bCODE", "CODE") is None


async def burst(client: Client, text: str) -> None:
    """Strike a text as a terminal delivers it, without a pause."""
    for character in text:
        client.app.post_message(events.Key(KEYS.get(character, character), character))
    await client.settle()


async def test_a_scan_with_a_prefix_reaches_the_field_and_keys_behind_it_come_behind_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        client.app.readers.wedge = Wedge(prefix=STX, suffix=ETX)
        await client.press("f4")
        await burst(client, f"{STX}NO-SUCH-BAG{ETX}x")
        assert "NO-SUCH-BAG" in dump(client.app)
        field = client.app.screen.query_one("ScanField")
        assert getattr(field, "value", "") == "x"
        assert not client.app.readers.flush()


async def test_the_prefix_key_by_itself_does_what_it_always_does(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        client.app.readers.wedge = Wedge(prefix="~", suffix="\r")
        await client.press("f4")
        client.app.post_message(key_of("~"))
        field = client.app.screen.query_one("ScanField")
        await client.until(lambda: getattr(field, "value", "") == "~")


async def test_a_card_fills_the_applicant(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        client.app.readers.wedge = Wedge(prefix=STX, suffix=ETX)
        assert isinstance(client.app.screen, Intake)
        form = client.app.screen.query_one(ApplicantForm)
        form.field("id_number").focus()
        await client.settle()
        await burst(client, f"{STX}张三\t男\t汉\t1900-01-01\t{HOME}\t{ID_NUMBER}{ETX}")
        assert (form.applicant.name, form.applicant.id_number, form.applicant.address) == ("张三", ID_NUMBER, HOME)

        form.clear()
        form.field("id_number").focus()
        await client.settle()
        await client.type(f"李四|{ID_NUMBER}|{HOME}\n")
        assert (form.applicant.name, form.applicant.id_number) == ("李四", ID_NUMBER)
