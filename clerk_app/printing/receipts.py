"""Receipt printers that speak ESC/POS, on the network, at a device file or in the Windows spooler; everything is sent as dots."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clerk_app.printing.choices import Choice
from clerk_app.printing.printers import Document, Form, FoundPrinter, NotPrinted, Outcome, PrinterState, Unsure

PORT = 9100
PATIENCE = 5.0
"""Seconds a printer is waited for."""
ANSWERS = 0.6
"""Seconds it has to tell its state; many never do."""
_ASK_PAPER, _ASK_STATE = b"\x10\x04\x04", b"\x10\x04\x02"
"""DLE EOT: the paper sensors, and what keeps the printer off line."""
_PAPER_OUT, _COVER_OPEN = 0x60, 0x04
_BAND = 240
"""Dots a strip is cut into: old printers have little memory, and the library speaks to standard output where it cuts."""
DEVICES = ("/dev/usb/lp*",)


class Receipts:
    """ESC/POS printers by address: ``tcp://host:9100``, ``/dev/usb/lp0``, or the name of a Windows queue."""

    form: Form = "slip"

    def found(self) -> list[FoundPrinter]:
        """Return the receipt printers at this machine's own sockets; one on the network must be named."""
        if sys.platform == "win32":
            return []
        places = sorted(path for pattern in DEVICES for path in Path("/").glob(pattern.lstrip("/")))
        return [FoundPrinter(printer=f"escpos:{path}", name=f"小票机 {path}", kind="escpos") for path in places]

    def trays(self, name: str) -> tuple[str, ...]:
        """A roll has none."""
        return ()

    def state(self, name: str) -> PrinterState:
        """Return whether it can be reached and, where it tells, has paper; never raises."""
        place = _bare(name)
        if not place.startswith("tcp://"):
            return _device_state(place)
        try:
            with socket.create_connection(_address(place), PATIENCE) as line:
                return PrinterState(ready=not (say := _asked(line)), say=say)
        except (OSError, ValueError):
            return PrinterState(ready=False, say="小票机连不上：请检查电源、网线和地址。")

    def send(self, name: str, document: Document, choice: Choice) -> str:
        """Print a strip as often as wanted, each cut off."""
        from PIL import Image

        try:
            printer = _open(_bare(name))
        except (OSError, ValueError) as error:
            raise NotPrinted("小票机连不上：请检查电源、网线和地址。") from error
        with contextlib.closing(printer):
            strip = Image.open(io.BytesIO(document.content))
            _fit(printer, strip.width)
            try:
                for _ in range(choice.copies):
                    for top in range(0, strip.height, _BAND):
                        band = strip.crop((0, top, strip.width, min(top + _BAND, strip.height)))
                        printer.image(band, impl="bitImageRaster", center=False, fragment_height=_BAND)
                    printer.ln(2)
                    printer.cut()
            except OSError as error:
                raise Unsure("交送中断，小票可能只打出一部分。请看一下小票机，再按重试或取消。") from error
        return ""

    def outcome(self, name: str, ticket: str) -> Outcome:
        """What was sent is out."""
        return Outcome(state="done")

    def cancel(self, name: str, ticket: str) -> None:
        """What was sent is out."""


def _bare(name: str) -> str:
    return name.partition("?")[0]


def _address(place: str) -> tuple[str, int]:
    parts = urlsplit(place)
    if not parts.hostname:
        raise ValueError(place)
    return parts.hostname, parts.port or PORT


def _open(place: str) -> Any:
    printer = _library()
    if place.startswith("tcp://"):
        host, port = _address(place)
        made: Any = printer.Network(host, port=port, timeout=PATIENCE, profile="default")
    elif sys.platform == "win32" and not place.startswith(("/", "\\")):
        made = printer.Win32Raw(place, profile="default")
    else:
        made = printer.File(place, profile="default")
    try:
        made.open()
    except Exception as error:
        raise OSError(str(error)) from error
    return made


@cache
def _library() -> Any:
    """Return the library's printers, loaded so that it leaves no folder behind and no log on the screen.

    It makes a folder for a cache where it is imported, and has every log of the program written to standard error.
    """
    root, before = logging.getLogger(), tempfile.tempdir
    handlers = list(root.handlers)
    with tempfile.TemporaryDirectory(prefix="clerk-") as place:
        tempfile.tempdir = place
        try:
            return import_module("escpos.printer")
        finally:
            tempfile.tempdir = before
            for handler in set(root.handlers) - set(handlers):
                root.removeHandler(handler)


def _fit(printer: Any, width: int) -> None:
    """Tell the library how wide the paper is: where it does not know, it says so on standard output."""
    told = dict(printer.profile.profile_data)
    printer.profile.profile_data = {**told, "media": {**told.get("media", {}), "width": {"pixels": width}}}


def _device_state(place: str) -> PrinterState:
    if sys.platform == "win32" and not place.startswith(("/", "\\")):
        from clerk_app.printing.windows import Spooler

        return Spooler().state(place)
    try:
        found = Path(place).stat()
    except OSError:
        return PrinterState(ready=False, say=f"找不到小票机 {place}：请检查电源和数据线。")
    if not os.access(place, os.W_OK):
        return PrinterState(ready=False, say=f"没有权限使用小票机 {place}。")
    if not (stat.S_ISCHR(found.st_mode) or stat.S_ISREG(found.st_mode) or stat.S_ISFIFO(found.st_mode)):
        return PrinterState(ready=False, say=f"{place} 不是小票机。")
    return PrinterState()


def _asked(line: socket.socket) -> str:
    """Return what a printer says is wrong with it; empty: nothing, or it does not tell."""
    line.settimeout(ANSWERS)
    for answer, bits, say in _answers(line):
        if answer & 0x93 == 0x12 and answer & bits:  # the fixed bits of every such answer
            return say
    return ""


def _answers(line: socket.socket) -> Iterator[tuple[int, int, str]]:
    asked = ((_ASK_PAPER, _PAPER_OUT, "小票机缺纸。"), (_ASK_STATE, _COVER_OPEN, "小票机的盖子没有合上。"))
    for question, bits, say in asked:
        try:
            line.sendall(question)
            found = line.recv(1)
        except TimeoutError:
            return
        if not found:
            return
        yield found[0], bits, say
