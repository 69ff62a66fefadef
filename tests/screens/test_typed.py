"""Keys as a terminal sends them: an Esc with something right behind it, in one piece or in several."""

from __future__ import annotations

import pytest
from textual import events
from textual.drivers import linux_driver

from screens.terminal import Terminal
from screens.typed import Typed


def heard(*pieces: str) -> list[str]:
    parser = Typed()
    found = [message for piece in pieces for message in parser.feed(piece)]
    return [one.character if one.is_printable else one.key for one in found if isinstance(one, events.Key)]  # type: ignore[misc]


@pytest.mark.parametrize(
    "scan", ["FS0001-01-P260302-0007-T", "1234567890123", "739251", "YZ000123", "EB000717595HK", "张"]
)
def test_an_esc_with_a_scan_right_behind_it_is_an_esc_and_the_scan(scan: str) -> None:
    whole = ["escape", *scan, "enter", "f7"]
    sent = f"\x1b{scan}\r\x1b[18~"
    assert heard(sent) == whole
    assert heard(*sent) == whole
    assert heard("\x1b", sent[1:]) == whole


def test_keys_that_begin_with_esc_are_those_keys() -> None:
    assert heard("\x1bOS\x1b[15~\x1b[A\x1b[Z\x1bb\x1bf") == ["f4", "f5", "up", "shift+tab", "ctrl+left", "ctrl+right"]
    assert heard("\x1b", "[", "1", "5", "~") == ["f5"]
    assert heard("\x1b\x1b[15~") == ["escape", "f5"]


def test_what_is_pasted_is_pasted_as_it_is() -> None:
    [pasted] = Typed().feed("\x1b[200~a1\x1b[201~")
    assert isinstance(pasted, events.Paste)
    assert pasted.text == "a1"


def test_the_clients_terminal_reads_with_it() -> None:
    assert issubclass(Terminal, linux_driver.LinuxDriver)
    assert vars(linux_driver)["XTermParser"] is Typed
