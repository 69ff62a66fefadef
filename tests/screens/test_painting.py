"""What is sent to the terminal instead of what Textual writes shows the same, cell by cell, on a terminal emulator."""

from __future__ import annotations

from typing import NamedTuple

import pyte
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from screens.painting.delta import Delta

WIDE = "办件窗口登记材料齐全，。（）Ａ"
NARROW = "abcXYZ019 .-/|"
DISPUTED = "“”…·—é①☎"
STYLES = (
    "0", "1", "7", "4", "31", "1;97;44", "38;5;200", "48;5;17", "38;2;1;2;3;48;2;250;251;252", "2;3;9", "39", "49", "22;27;24",
)  # fmt: skip
SIZES = ((12, 4), (20, 5), (7, 3))


class Shown(NamedTuple):
    """A cell as a person sees it."""

    text: str
    look: tuple[object, ...]


class Wide(pyte.Screen):
    """The emulator, which blanks what is left of a wide character when its other half is written over, as terminals do."""

    def _cut(self, size: int) -> None:
        y, x = self.cursor.y, self.cursor.x
        if self.buffer[y][x].data == "" and x:
            self._blank(x - 1)
        if x + size < self.columns and self.buffer[y][x + size].data == "":
            self._blank(x + size)

    def _blank(self, x: int) -> None:
        row = self.buffer[self.cursor.y]
        row[x] = row[x]._replace(data=" ")

    def draw(self, data: str) -> None:
        for character in data:
            self._cut(cell_len(character))
            super().draw(character)

    def erase_characters(self, count: int | None = None) -> None:
        self._cut(count or 1)
        super().erase_characters(count)

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        self._cut(self.columns)
        super().erase_in_line(how, private)


class Emulated:
    """A terminal emulator, heard as what a person sees on it."""

    def __init__(self, width: int, height: int) -> None:
        self.screen = Wide(width, height)
        self.stream = pyte.Stream(self.screen)
        self.stream.feed("\x1b[?7l")
        self.sent = 0

    def write(self, text: str) -> None:
        self.sent += len(text.encode())
        self.stream.feed(text.replace("\x1b[?2026h", "").replace("\x1b[?2026l", ""))

    def cells(self) -> list[list[Shown]]:
        screen = self.screen
        return [[shown(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)]


def shown(cell: pyte.screens.Char) -> Shown:
    seen = (cell.bg, cell.underscore, cell.strikethrough, cell.reverse, cell.fg if cell.reverse else "")
    if cell.data == " ":
        return Shown(" ", seen)
    return Shown(cell.data, (cell.fg, cell.bold, cell.italics, *seen))


texts = st.text(alphabet=NARROW + WIDE + DISPUTED, max_size=12)
pieces = st.tuples(
    st.integers(0, 19), st.integers(0, 4), st.lists(st.tuples(st.sampled_from(STYLES), texts), max_size=4)
)
frames = st.lists(st.lists(pieces, max_size=5), min_size=1, max_size=5)


def said(frame: list[tuple[int, int, list[tuple[str, str]]]], width: int, height: int) -> str:
    """Return a picture as Textual writes it: no character is cut in two, and the cursor stands somewhere at the end."""
    words = []
    for column, line, parts in frame:
        x, y = column % width, line % height
        words.append(f"\x1b[{y + 1};{x + 1}H")
        room = width - x
        for style, text in parts:
            kept = ""
            for character in text:
                size = cell_len(character)
                if size > room:
                    break
                room -= size
                kept += character
            words.append(f"\x1b[{style}m{kept}\x1b[0m")
    return "".join(words) + f"\x1b[{height};1H"


@given(frames, st.sampled_from(SIZES), st.booleans(), st.integers(0, 3))
@example([[(0, 0, [("0", "办件"), ("31", "aa")])], [(1, 0, [("0", "a")])]], (12, 4), True, 0)
@settings(max_examples=150, deadline=None)
def test_the_same_is_shown(
    pictures: list[list[tuple[int, int, list[tuple[str, str]]]]], size: tuple[int, int], erases: bool, skipped: int
) -> None:
    plain, thrifty = Emulated(*size), Emulated(*size)
    delta = Delta(thrifty.write, *size, erases=erases)
    for n, picture in enumerate(pictures):
        text = said(picture, *size)
        plain.write(text)
        delta.feed(text)
        if n % 4 >= skipped or n == len(pictures) - 1:
            delta.flush()
            assert thrifty.cells() == plain.cells()
            assert (thrifty.screen.cursor.x, thrifty.screen.cursor.y) == (plain.screen.cursor.x, plain.screen.cursor.y)


@given(frames, st.sampled_from(SIZES), st.lists(st.integers(1, 40), min_size=1, max_size=6))
@settings(max_examples=50, deadline=None)
def test_words_that_come_in_pieces_are_understood(
    pictures: list[list[tuple[int, int, list[tuple[str, str]]]]], size: tuple[int, int], cuts: list[int]
) -> None:
    plain, thrifty = Emulated(*size), Emulated(*size)
    delta = Delta(thrifty.write, *size)
    text = "".join(said(picture, *size) for picture in pictures)
    plain.write(text)
    while text:
        piece, text = text[: cuts[0]], text[cuts[0] :]
        cuts = cuts[1:] + cuts[:1]
        delta.feed(piece)
        delta.flush()
    assert thrifty.cells() == plain.cells()


@given(frames, frames, st.sampled_from(SIZES), st.sampled_from(SIZES))
@settings(max_examples=50, deadline=None)
def test_a_terminal_of_another_size_is_painted_anew(
    before: list[list[tuple[int, int, list[tuple[str, str]]]]],
    after: list[list[tuple[int, int, list[tuple[str, str]]]]],
    size: tuple[int, int],
    other: tuple[int, int],
) -> None:
    thrifty, plain = Emulated(*size), Emulated(*other)
    delta = Delta(thrifty.write, *size, erases=True)
    for picture in before:
        delta.feed(said(picture, *size))
        delta.flush()
    thrifty.screen.resize(other[1], other[0])
    for y in range(other[1]):
        thrifty.write(f"\x1b[{y + 1};1H\x1b[0;31m{'?' * other[0]}\x1b[0m")  # what a terminal made of it, nobody knows
    delta.resize(*other)
    delta.forget()
    cleared = "".join(f"\x1b[{y + 1};1H\x1b[0m{' ' * other[0]}" for y in range(other[1]))
    for text in (cleared, *(said(picture, *other) for picture in after)):
        plain.write(text)
        delta.feed(text)
    delta.flush()
    assert thrifty.cells() == plain.cells()


def sent(*texts: str, erases: bool = False) -> str:
    """Return what is sent for the last of these pictures, when the terminal shows the others."""
    out: list[str] = []
    delta = Delta(out.append, 20, 3, erases=erases)
    for text in texts:
        out.clear()
        delta.feed(text)
        delta.flush()
    return "".join(out)


BLUE = "\x1b[38;2;1;2;3;48;2;9;9;90m"


def test_one_letter_more_is_one_letter_sent() -> None:
    before, after = (f"\x1b[1;1H{BLUE}{text:20}\x1b[0m\x1b[1;{len(text) + 1}H" for text in ("abc", "abcd"))
    assert sent(before, after) == "d"


def test_the_same_again_sends_nothing() -> None:
    assert sent(f"\x1b[1;1H{BLUE}abc\x1b[0m\x1b[1;1H", f"\x1b[1;1H{BLUE}abc\x1b[0m\x1b[1;1H") == ""


def test_pictures_nobody_saw_are_not_sent() -> None:
    out: list[str] = []
    delta = Delta(out.append, 20, 3)
    for letter in "abc":
        delta.feed(f"\x1b[1;1H{letter}\x1b[1;1H")
    delta.flush()
    assert "".join(out) == "\x1b[H\x1b[mc" + " " * 19 + "\r"


def test_behind_a_character_of_disputed_width_the_line_is_written_again() -> None:
    assert sent("\x1b[1;1Ha“b”cd\x1b[1;1H", "\x1b[1;1Ha“b”ce\x1b[1;1H").startswith("\x1b[C“b”ce")


def test_behind_disputed_characters_the_column_is_found_again_at_a_gap() -> None:
    assert "“”   \x1b[1;7Hz" in sent("\x1b[1;1Ha\x1b[1;1H", "\x1b[1;1Ha“”   z\x1b[1;1H")


def test_words_beside_the_picture_are_handed_on_in_their_place() -> None:
    for word in ("\x07", "\x1b[?25l", "\x1b[?2048$p", "\x1b[>25u", "\x1b[<u", "\x1b]52;c;YQ==\x07", "\x1b]2;a\x1b\\"):
        found = sent("\x1b[1;1H", f"\x1b[1;1Hx{word}\x1b[1;3Hy")
        assert found.index("x") < found.index(word) < found.index("y", found.index(word) + len(word))


def test_what_is_not_understood_ends_it() -> None:
    for word in ("\x1b[2J", "\x1b[58;5;1m", "\x1b[38;9;9m", "\t", "\x1b(0"):
        found = sent(f"\x1b[1;1H{BLUE}a{word}\x1b[1;1H{BLUE}a", f"\x1b[1;1H{BLUE}a")
        assert found == f"\x1b[1;1H{BLUE}a", word


def test_erasing_is_only_for_terminals_that_say_they_colour_it() -> None:
    line = "\x1b[44m" + " " * 20 + "\x1b[0m"
    assert "\x1b[K" in sent(f"\x1b[1;1H{line}", erases=True)
    assert "\x1b[K" not in sent(f"\x1b[1;1H{line}")


def test_a_long_change_is_shown_at_once_where_the_terminal_can() -> None:
    many = "".join(f"\x1b[1;{x + 1}H\x1b[38;5;{x + 20}m{chr(97 + x)}\x1b[0m" for x in range(20))
    rows = "".join(many.replace("\x1b[1;", f"\x1b[{y};") for y in (1, 2, 3))
    assert sent(f"\x1b[?2026h{rows}\x1b[?2026l").startswith("\x1b[?2026h")
    assert "2026" not in sent("\x1b[?2026hab\x1b[?2026l")
    assert "2026" not in sent(rows)
