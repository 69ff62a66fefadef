"""The printers of Windows over a play of pywin32: which calls are made, and what is made of the answers. Never run on Windows."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from PIL.Image import Image

from clerk_app.paper.trial import trial_page
from clerk_app.printing import Choice
from clerk_app.printing.printers import Document, NotPrinted, Unsure
from clerk_app.printing.windows import Spooler
from tests.support.counter import NOON

A6 = "A6"


class Pywin32Error(Exception):
    """As ``pywintypes.error``."""


@dataclass
class Play:
    """One printer and what was done with it; stands for ``win32print``, ``win32gui`` and ``ImageWin``."""

    status: int = 0
    attributes: int = 0
    jobs: dict[int, int] = field(default_factory=dict)
    said: list[Any] = field(default_factory=list)
    mode: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(Fields=0))
    fails: str = ""

    @property
    def api(self) -> SimpleNamespace:
        image_win = SimpleNamespace(HDC=lambda context: context, Dib=self._dib)
        return SimpleNamespace(win32print=self, win32gui=self, ImageWin=image_win, error=Pywin32Error)

    def _dib(self, image: Image) -> SimpleNamespace:
        return SimpleNamespace(draw=lambda context, box: self.said.append(("draw", image.size, box)))

    def _may(self, what: str) -> None:
        if self.fails == what:
            raise Pywin32Error(what)

    def EnumPrinters(self, flags: int) -> list[tuple[int, str, str, str]]:  # noqa: N802
        self._may("enum")
        return [(0, "", "Front", ""), (0, "", "Back", "")]

    def GetDefaultPrinter(self) -> str:  # noqa: N802
        return "Back"

    def OpenPrinter(self, name: str) -> str:  # noqa: N802
        if name not in {"Front", "Back"}:
            raise Pywin32Error(name)
        return name

    def ClosePrinter(self, printer: str) -> None:  # noqa: N802
        """Nothing is held."""

    def GetPrinter(self, printer: str, level: int) -> dict[str, Any]:  # noqa: N802
        return {"Status": self.status, "Attributes": self.attributes, "pPortName": "USB001", "pDevMode": self.mode}

    def DeviceCapabilities(self, name: str, port: str, what: int) -> list[Any]:  # noqa: N802
        return ["Tray 1\0", "Tray 2\0"] if what == 12 else [7, 8]

    def CreateDC(self, driver: str, name: str, mode: object) -> int:  # noqa: N802
        self._may("dc")
        return 77

    def DeleteDC(self, context: int) -> None:  # noqa: N802
        self.said.append("deleted")

    def GetDeviceCaps(self, context: int, what: int) -> int:  # noqa: N802
        return {88: 600, 112: 100, 113: 120}[what]

    def StartDoc(self, context: int, told: tuple[Any, ...]) -> int:  # noqa: N802
        self._may("start")
        self.said.append(told[0])
        self.jobs[5] = 0
        return 5

    def StartPage(self, context: int) -> None:  # noqa: N802
        self._may("page")
        self.said.append("page")

    def EndPage(self, context: int) -> None:  # noqa: N802
        self.said.append("end")

    def EndDoc(self, context: int) -> None:  # noqa: N802
        self.said.append("done")

    def GetJob(self, printer: str, number: int, level: int) -> dict[str, int]:  # noqa: N802
        if number not in self.jobs:
            raise Pywin32Error(number)
        return {"Status": self.jobs[number]}

    def SetJob(self, printer: str, number: int, level: int, told: None, command: int) -> None:  # noqa: N802
        self.said.append(("set", number, command))


def document(media: str = "A4") -> Document:
    return Document(content=trial_page("样例", "Front", NOON), media=media, name="x", title="clerk-x")


def test_a_page_is_drawn_at_its_size_with_what_was_chosen() -> None:
    play = Play()
    ticket = Spooler(play.api).send("Front", document(), Choice(tray="Tray 2", copies=3, sides="two"))

    assert ticket == "5"
    at_300 = (2480, 3509)
    assert play.said[0] == "clerk-x"
    kind, size, (left, top, right, bottom) = play.said[2]
    assert kind == "draw"
    assert abs(size[0] - at_300[0]) < 3
    assert (left, top) == (-100, -120)
    assert (right - left, bottom - top) == (2 * size[0], 2 * size[1])
    assert play.said[-2:] == ["done", "deleted"]
    assert (play.mode.DefaultSource, play.mode.Copies, play.mode.Duplex, play.mode.PaperSize) == (8, 3, 2, 9)
    assert play.mode.Fields == 0x0200 | 0x0100 | 0x1000 | 0x0002


def test_a_label_is_printed_on_small_paper_from_the_usual_tray() -> None:
    play = Play()
    Spooler(play.api).send("Front", document(A6), Choice())
    assert play.mode.PaperSize == 70
    assert not hasattr(play.mode, "DefaultSource")


def test_what_the_printers_are_called() -> None:
    found = Spooler(Play().api).found()
    assert [(one.printer, one.default) for one in found] == [("windows:Back", True), ("windows:Front", False)]
    assert Spooler(Play().api).trays("Front") == ("Tray 1", "Tray 2")
    assert Spooler(Play(fails="enum").api).found() == []


@pytest.mark.parametrize(
    ("status", "attributes", "say"),
    [(0x10, 0, "缺纸"), (0x1, 0, "停用"), (0x80, 0, "离线"), (0, 0x400, "离线"), (0x8, 0, "卡纸"), (0, 0, "")],
)
def test_what_a_printer_tells(status: int, attributes: int, say: str) -> None:
    state = Spooler(Play(status=status, attributes=attributes).api).state("Front")
    assert state.ready == (not say)
    assert say in state.say
    assert "找不到" in Spooler(Play().api).state("Gone").say


@pytest.mark.parametrize(
    ("status", "state"), [(0, "printing"), (0x40, "held"), (0x80, "done"), (0x1000, "done"), (0x100, "gone")]
)
def test_what_becomes_of_a_job(status: int, state: str) -> None:
    spooler = Spooler(Play(jobs={5: status}).api)
    assert spooler.outcome("Front", "5").state == state
    assert spooler.outcome("Front", "6").state == "done"


@pytest.mark.parametrize(("fails", "kind"), [("dc", NotPrinted), ("start", NotPrinted), ("page", Unsure)])
def test_what_fails_before_anything_is_drawn_was_not_printed(fails: str, kind: type[Exception]) -> None:
    with pytest.raises(NotPrinted) as failed:
        Spooler(Play(fails=fails).api).send("Front", document(), Choice())
    assert type(failed.value) is kind


def test_a_job_is_taken_back() -> None:
    play = Play()
    Spooler(play.api).cancel("Front", "5")
    Spooler(play.api).cancel("Gone", "5")
    assert play.said == [("set", 5, 5)]


def test_elsewhere_there_are_none() -> None:
    with pytest.raises(ImportError):
        Spooler()
