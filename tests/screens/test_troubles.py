"""A disk that fails, a store that is damaged: said in sentences, and what is on the screen stays there to be tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clerk_app.desk import Desk
from clerk_app.status import Status
from clerk_app.store.errors import StoreDamaged, StoreFailing, StoreFull, StoreReadOnly, VaultError
from clerk_app.store.records import Records
from screens.cases.view import CaseView
from screens.dialogs import Notice
from screens.intake.result import Result
from screens.intake.screen import Intake
from screens.sign_in.screen import SignIn
from tests.support.client import COURIER, ID_NUMBER, PASSWORD, Client, opened
from tests.support.screen_dump import dump

TROUBLES: list[Callable[[], VaultError]] = [
    StoreFull,
    lambda: StoreFailing("输入输出错误"),
    StoreReadOnly,
    lambda: StoreDamaged("cases", "1"),
]
IDS = ["full", "failing", "read-only", "damaged"]


class Ill:
    """Makes the store refuse until it is well again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Callable[[], VaultError]) -> None:
        self._patch = monkeypatch
        self._error = error

    def _refuse(self, *given: Any, **named: Any) -> Any:
        raise self._error()

    @contextmanager
    def writes(self) -> Iterator[None]:
        with self._patch.context() as patch:
            patch.setattr(Records, "append", self._refuse)
            patch.setattr(Records, "put_meta", self._refuse)
            yield

    @contextmanager
    def everything(self) -> Iterator[None]:
        names = [n for n in vars(Records) if not n.startswith("_") and n not in {"open", "close", "transaction"}]
        with self._patch.context() as patch:
            for name in names:
                patch.setattr(Records, name, self._refuse)
            yield


@pytest.fixture(params=TROUBLES, ids=IDS)
def ill(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Ill:
    return Ill(monkeypatch, request.param)


def flat(client: Client) -> str:
    return dump(client.app).replace("\n", "").replace(" ", "")


def said(client: Client) -> bool:
    """Whether a whole sentence of the store's is on the screen, and no name of a Python class."""
    shown = flat(client)
    assert "Store" not in shown
    return any(words in shown for words in ("磁盘已满", "磁盘读写出错", "只能读取", "已损坏或被改动"))


async def to_confirm(client: Client) -> None:
    await client.type(f"jzz\n{ID_NUMBER}\n样例甲\n13800000000\n1aaaaa")
    await client.press("f9")


async def test_an_intake_the_disk_refuses_stays_on_the_screen_and_the_same_key_records_it(
    ill: Ill, tmp_path: Path
) -> None:
    async with opened(tmp_path) as client:
        await to_confirm(client)
        with ill.writes():
            await client.press("enter")
            assert isinstance(client.app.screen, Notice)
            assert said(client)
            assert "屏幕上填写的内容都还在" in flat(client)
            await client.press("enter")
        assert isinstance(client.app.screen, Intake)
        assert client.app.screen.begun
        assert client.records.summaries() == []
        await client.press("f9", "enter")

        assert isinstance(client.app.screen, Result)
        assert len(client.records.summaries()) == 1


async def test_a_paper_that_cannot_be_written_undoes_nothing_and_doubles_nothing(
    ill: Ill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as client:
        await to_confirm(client)
        with monkeypatch.context() as patch:
            patch.setattr(Desk, "print_paper", ill._refuse)
            patch.setattr(Desk, "confirmed", ill._refuse)
            await client.press("enter")

        assert isinstance(client.app.screen, Result)
        assert "办件已登记，可在“办件”中重新打印" in flat(client)
        assert said(client)
        assert len(client.records.summaries()) == 1


async def test_signing_in_says_what_is_wrong_and_works_once_it_is_well(ill: Ill, tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        with ill.writes():
            await client.sign_in()
            assert isinstance(client.app.screen, SignIn)
            assert said(client)
        await client.type(f"{PASSWORD}\n")

        assert isinstance(client.app.screen, Intake)


async def test_no_area_ends_the_client_or_heaps_up_dialogs_while_nothing_can_be_read(ill: Ill, tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_confirm(client)
        await client.press("enter", "enter", "f3")
        await client.press("enter")
        assert isinstance(client.app.screen, CaseView)
        with ill.everything():
            client.app.revision += 1
            for keys in (
                ["ctrl+r"],
                ["enter"],
                ["escape"],
                ["x"],
                ["f6"],
                ["ctrl+r"],
                ["f2"],
                ["j", "z"],
                ["f3"],
                ["ctrl+r"],
            ):
                await client.press(*keys)
                client.app.tick()
                client.app.tick()
                await client.settle()
                assert len(client.app.screen_stack) <= 3
                while isinstance(client.app.screen, Notice):
                    assert said(client)
                    await client.press("enter")
            assert "数据读取出错" in dump(client.app).splitlines()[0]
            await client.press("f6")
            client.app.tick()
            await client.settle()
            assert "程序会自动再试" in flat(client)
        client.app.tick()
        await client.settle()

        assert client.app.is_running
        assert "数据读取出错" not in dump(client.app)
        assert "未发 2" in dump(client.app).splitlines()[0]


async def test_locking_and_coming_back_need_no_disk(ill: Ill, tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await to_confirm(client)
        with ill.everything():
            await client.press("f11")
            await client.type(f"{PASSWORD}\n")
            assert "请确认" in dump(client.app)


def with_troubles(monkeypatch: pytest.MonkeyPatch, *troubles: str) -> None:
    real = Desk.status

    def status(desk: Desk) -> Status:
        return replace(real(desk), troubles=troubles)

    monkeypatch.setattr(Desk, "status", status)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_the_header_shows_the_gravest_trouble_with_a_sign(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_troubles(monkeypatch, "磁盘空间不足", "时钟落后")
    async with opened(tmp_path, size, demo=True) as client:
        assert " ! 磁盘空间不足 等2项 " in dump(client.app).splitlines()[0]
        await client.press("f6")
        shown = flat(client)
        for words in ("!磁盘空间不足", "请清理磁盘", "!时钟落后", "请校准本机时间"):
            assert words in shown


async def test_without_trouble_nothing_is_shown(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        assert "!" not in dump(client.app).splitlines()[0]
        await client.press("f6")
        assert "本机问题" not in dump(client.app)


async def test_what_was_repaired_at_the_start_is_said_once_to_who_works_here(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False, notices=("数据文件有一处损坏，已修复；没有缺少登记。",)) as client:
        await client.sign_in(COURIER)
        assert not isinstance(client.app.screen, Notice)
        await client.press("f12", "2")
        await client.sign_in()
        assert isinstance(client.app.screen, Notice)
        assert "已修复" in dump(client.app)
        await client.press("enter", "f12", "2")
        await client.sign_in()

        assert isinstance(client.app.screen, Intake)
