"""Receipt printers: what comes out of a real socket, read back as the dots it would blacken."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from clerk_app.paper.slip import DOTS
from clerk_app.printing import Choice, Printing, choices_of
from clerk_app.printing.printers import Document, PrinterState
from clerk_app.printing.receipts import Receipts
from clerk_app.seat import Refused
from tests.support.counter import CLERK, Office, office
from tests.support.intakes import received
from tests.support.story import PERMIT, SEAT

RECEIPT = "接收回执"
WELL = b"\x12"
CUT = b"\x1dV"
RASTER = b"\x1dv0\x00"


class Printer:
    """A receipt printer on the network: takes what is sent, and tells of its paper what it is told to."""

    def __init__(self, paper: bytes = WELL) -> None:
        self.paper = paper
        self.got: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._server.accept()
            except OSError:
                return
            with line:
                heard = bytearray()
                while part := line.recv(1 << 16):
                    if part.startswith(b"\x10\x04"):
                        line.sendall(self.paper)
                    else:
                        heard.extend(part)
                if heard:
                    self.got.append(bytes(heard))

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@contextmanager
def printer(paper: bytes = WELL) -> Iterator[Printer]:
    made = Printer(paper)
    try:
        yield made
    finally:
        made.close()


def strips(said: bytes) -> list[Image.Image]:
    """Return what ``GS v 0`` has printed: one picture of all bands up to each cut."""
    found, bands, at = [], [], 0
    while at < len(said):
        if said.startswith(RASTER, at):
            width = int.from_bytes(said[at + 4 : at + 6], "little")
            height = int.from_bytes(said[at + 6 : at + 8], "little")
            raw = said[at + 8 : at + 8 + width * height]
            bands.append(Image.frombytes("1", (width * 8, height), bytes(255 - byte for byte in raw)))
            at += 8 + width * height
        elif said.startswith(CUT, at):
            whole = Image.new("1", (bands[0].width, sum(band.height for band in bands)), 1)
            y = 0
            for band in bands:
                whole.paste(band, (0, y))
                y += band.height
            found.append(whole)
            bands, at = [], at + 2
        else:
            at += 1
    return found


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path, [PERMIT]) as opened:
        yield opened


def printing_on(here: Office, name: str, copies: int = 1) -> Printing:
    told = {"default": {"printer": f"escpos:{name}", "copies": copies}}
    back_ends = {"escpos": Receipts()}
    return Printing(here.records, SEAT, here.clock, here.folder / "papers", lambda: choices_of(told), back_ends)


def drawn(here: Office, case: str, width: int = 80) -> Image.Image:
    """Return a receipt's strip as the back end gets it."""
    got: list[Document] = []

    class Keeps(Receipts):
        def send(self, name: str, document: Document, choice: Choice) -> str:
            got.append(document)
            return ""

        def state(self, name: str) -> PrinterState:
            return PrinterState()

    told = {"default": {"printer": f"escpos:tcp://127.0.0.1?width={width}"}}
    keeps = Printing(here.records, SEAT, here.clock, here.folder, lambda: choices_of(told), {"escpos": Keeps()})
    keeps.print(RECEIPT, case, CLERK.name)
    keeps.work()
    return Image.open(io.BytesIO(got[0].content))


def scanned(strip: Image.Image, folder: Path) -> str:
    """Return what a scanner reads on a strip."""
    white = Image.new("L", (strip.width + 40, strip.height + 40), 255)
    white.paste(strip.convert("L"), (20, 20))
    white.save(folder / "strip.png")
    return subprocess.run(
        ["zbarimg", "--quiet", "--raw", str(folder / "strip.png")], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("width", [80, 58])
def test_a_receipt_comes_out_dot_for_dot_as_often_as_wanted(
    here: Office, tmp_path: Path, width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    case = received(here)
    with printer() as there:
        printing = printing_on(here, f"{there.address}?width={width}", copies=2)
        printing.print(RECEIPT, case, CLERK.name)
        printing.work()
        assert printing.jobs() == []
        assert printing.times_printed(RECEIPT, case) == 1
    assert capsys.readouterr() == ("", "")
    [said] = there.got
    first, second = strips(said)

    assert first.tobytes() == second.tobytes()
    assert first.width == DOTS[width]
    here.records.prints.forget([case])
    assert first.tobytes() == drawn(here, case, width).tobytes()
    assert scanned(first, tmp_path) == case


def test_the_second_slip_says_so(here: Office) -> None:
    case = received(here)
    first, again = drawn(here, case), drawn(here, case)
    assert again.height > first.height  # a line more: 补打


def test_the_same_words_as_on_the_page(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from clerk_app.paper import slip as slips

    said: list[str] = []
    broken = slips._broken

    def heard(line: slips._Line, dots: int) -> Iterator[slips._Line]:
        said.append(line.text)
        return broken(line, dots)

    monkeypatch.setattr(slips, "_broken", heard)
    case = received(here)
    drawn(here, case)
    told = "".join(said)
    for words in (case, "样例甲", "居住证", "居民身份证", "不代表申请已被受理", "440*************17"):
        assert words in told


@pytest.mark.parametrize(("paper", "say"), [(b"\x72", "缺纸"), (b"\x16", "盖子")])
def test_a_printer_that_tells_is_believed(here: Office, paper: bytes, say: str) -> None:
    case = received(here)
    with printer(paper) as there:
        printing = printing_on(here, there.address)
        printing.print(RECEIPT, case, CLERK.name)
        printing.work()
        [job] = printing.jobs()
        assert say in job.trouble
        assert there.got == []
        there.paper = WELL
        printing.hurry()
        printing.work()
        assert printing.jobs() == []
    assert len(there.got) == 1


def test_nobody_at_the_address(here: Office) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        name = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    printing = printing_on(here, name)
    printing.print(RECEIPT, received(here), CLERK.name)
    printing.work()
    [job] = printing.jobs()
    assert "小票机连不上" in job.trouble


def test_a_device_file(here: Office, tmp_path: Path) -> None:
    device = tmp_path / "lp0"
    printing = printing_on(here, str(device))
    case = received(here)
    printing.print(RECEIPT, case, CLERK.name)
    printing.work()
    [job] = printing.jobs()
    assert "找不到小票机" in job.trouble

    device.touch()
    printing.hurry()
    printing.work()
    assert scanned(strips(device.read_bytes())[0], tmp_path) == case


def test_a_page_is_not_forced_onto_a_slip(here: Office) -> None:
    case = received(here)
    with pytest.raises(Refused, match="小票机打印不了"):
        printing_on(here, "tcp://127.0.0.1").print("物料流转凭证", case, CLERK.name)


def test_a_test_page_of_the_librarys_own_kind(here: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from escpos.printer import Dummy

    made: list[Any] = []

    class Kept(Dummy):  # type: ignore[misc]  # the library has no types
        def open(self) -> None:
            made.append(self)

        def close(self) -> None:
            """What was sent is still to be read."""

    monkeypatch.setattr("escpos.printer.File", lambda *_, **named: Kept(**named))
    device = tmp_path / "lp1"
    device.touch()
    printing = printing_on(here, str(device))
    printing.test_page(f"escpos:{device}")
    printing.work()
    assert scanned(strips(made[0].output)[0], tmp_path) == "CLERK-TEST-0001"


def test_the_library_leaves_no_folder_and_no_log_on_the_screen(tmp_path: Path) -> None:
    program = """import logging
from clerk_app.printing.receipts import _library
print(_library().__name__, logging.getLogger().handlers)"""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["escpos.printer", "[]"]
    assert list(tmp_path.iterdir()) == []
