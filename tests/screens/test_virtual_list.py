"""The list draws what is seen, however long it is."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult

from screens.key_gate import GatedApp
from screens.themes import THEMES
from screens.widgets.virtual_list import Cell, Column, VirtualList

LENGTH = 10_000


class Bench(GatedApp[None]):
    """A list of numbers that counts which rows were made into cells."""

    def __init__(self, rows: Sequence[int]) -> None:
        super().__init__()
        self.rows = rows
        self.made: list[int] = []
        self.heard: list[tuple[str, int]] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(THEMES[0].variables)

    def compose(self) -> ComposeResult:
        yield VirtualList(
            [Column("号", 6, right=True), Column("名称"), Column("宽", 8, wide=100)], self.cells, empty="空的"
        )

    def cells(self, row: int) -> list[Cell]:
        self.made.append(row)
        return [Cell(str(row)), Cell(f"第{row}行", "good"), Cell("宽处")]

    def on_mount(self) -> None:
        self.listing.set_rows(self.rows)
        self.listing.focus()

    @property
    def listing(self) -> VirtualList[int]:
        return self.query_one(VirtualList)

    @on(VirtualList.Highlighted)
    def highlighted(self, event: VirtualList.Highlighted) -> None:
        self.heard.append(("on", event.index))

    @on(VirtualList.Selected)
    def selected(self, event: VirtualList.Selected) -> None:
        self.heard.append(("chosen", event.index))

    def lines(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]


async def test_of_ten_thousand_rows_only_those_in_sight_are_made() -> None:
    app = Bench(range(LENGTH))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()

        assert max(app.made) < 24
        app.made.clear()
        await pilot.press("end")
        assert min(app.made) < LENGTH - 1 == max(app.made)
        assert len(set(app.made)) < 60
        assert app.lines()[-1].startswith(f">  {LENGTH - 1}")


async def test_keys_move_the_cursor_and_it_stays_in_sight() -> None:
    app = Bench(range(LENGTH))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "down", "pagedown", "up")
        assert app.listing.cursor == 2 + 22 - 1
        assert any(line.startswith(">") and "第23行" in line for line in app.lines())
        await pilot.press("pageup", "pageup", "home", "up")
        assert app.listing.cursor == 0
        assert app.lines()[1].startswith(">")
        await pilot.press("end", "down", "enter")

        assert app.heard[-1] == ("chosen", LENGTH - 1)


async def test_rows_set_anew_put_the_cursor_where_it_is_told_and_in_sight() -> None:
    app = Bench(range(LENGTH))
    async with app.run_test(size=(80, 24)) as pilot:
        app.listing.set_rows(range(500), 400)
        await pilot.pause()
        assert (app.listing.cursor, app.listing.current) == (400, 400)
        assert any("第400行" in line for line in app.lines())
        app.listing.set_rows(range(3), 400)
        await pilot.pause()

        assert (app.listing.cursor, app.listing.current) == (2, 2)


async def test_columns_appear_where_there_is_room() -> None:
    async with Bench(range(3)).run_test(size=(80, 24)) as pilot:
        assert not any("宽处" in line for line in _lines(pilot.app))
    async with Bench(range(3)).run_test(size=(120, 40)) as pilot:
        assert any("宽处" in line for line in _lines(pilot.app))


async def test_an_empty_list_says_so_and_enter_chooses_nothing() -> None:
    app = Bench(())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "down", "end")

        assert "空的" in app.lines()[1]
        assert app.listing.current is None
        assert not [heard for heard in app.heard if heard[0] == "chosen"]


async def test_a_click_puts_the_cursor_there_and_a_second_one_chooses() -> None:
    app = Bench(range(50))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(VirtualList, offset=(10, 5))
        assert app.listing.cursor == 4
        await pilot.click(VirtualList, offset=(10, 5), times=2)

        assert ("chosen", 4) in app.heard


async def test_the_wheel_scrolls_without_making_all_rows() -> None:
    app = Bench(range(LENGTH))
    async with app.run_test(size=(80, 24)) as pilot:
        app.listing.post_message(events.MouseScrollDown(app.listing, 5, 5, 0, 1, 0, False, False, False))
        await pilot.pause()

        assert len(set(app.made)) < 60


def _lines(app: object) -> list[str]:
    assert isinstance(app, Bench)
    return app.lines()
