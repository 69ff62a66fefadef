"""The printers of Windows: pages are drawn as dots (pypdfium2) and handed to the printer's driver, in memory all the way."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from clerk_app.printing.choices import Choice
from clerk_app.printing.printers import Document, Form, FoundPrinter, NotPrinted, Outcome, PrinterState, Unsure

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 300.0
"""More dots than these are no use for what a paper of the window holds, and cost memory."""
_LOGPIXELSX, _OFFSETX, _OFFSETY = 88, 112, 113
"""What ``GetDeviceCaps`` is asked: dots an inch, and what of the sheet cannot be printed on."""
_IN_BINS, _BIN_NAMES = 6, 12
"""What ``DeviceCapabilities`` is asked: the numbers of the trays, and their names."""
_SOURCE, _COPIES, _DUPLEX, _PAPER = 0x0200, 0x0100, 0x1000, 0x0002
"""Fields of a ``DEVMODE`` that are set."""
_A4, _A6 = 9, 70
_TWO_SIDED, _ONE_SIDED = 2, 1
_LOCAL_AND_SHARED = 2 | 4
_DELETE = 5
_PRINTER_STATES = (
    (0x00000010, "打印机缺纸。"),
    (0x00000008, "打印机卡纸。"),
    (0x00000080, "打印机离线。"),
    (0x00400000, "打印机的门没有关上。"),
    (0x00040000, "墨粉用完。"),
    (0x00100000, "打印机须有人处理。"),
    (0x00000800, "出纸口已满。"),
    (0x00001000, "打印机不可用。"),
    (0x00000002, "打印机报告出错。"),
)
"""``PRINTER_STATUS_*`` of winspool.h, the most telling first."""
_PAUSED, _DELETING = 0x00000001, 0x00000004
_WORK_OFFLINE = 0x00000400
"""``PRINTER_ATTRIBUTE_WORK_OFFLINE``."""
_JOB_STATES = (
    (0x00000040, "打印机缺纸。"),
    (0x00000020, "打印机离线。"),
    (0x00000200, "打印机停住了，须有人处理。"),
    (0x00000400, "打印机须有人处理。"),
    (0x00000001, "这一份在打印队列里被暂停了。"),
    (0x00000002, "打印机报告出错。"),
)
_JOB_OVER = 0x00000080 | 0x00001000
"""``JOB_STATUS_PRINTED`` and ``JOB_STATUS_COMPLETE``."""
_JOB_DELETED = 0x00000100 | 0x00000004


class Spooler:
    """The printers this account has."""

    form: Form = "pdf"

    def __init__(self, api: Any = None) -> None:
        """``api``: pywin32's modules ``win32print`` and ``win32gui`` and Pillow's ``ImageWin``; those of this system."""
        self._api = api or _modules()

    def found(self) -> list[FoundPrinter]:
        """Return the printers, the default first."""
        api = self._api.win32print
        try:
            names = [row[2] for row in api.EnumPrinters(_LOCAL_AND_SHARED)]
        except self._api.error:
            return []
        try:
            default = api.GetDefaultPrinter()
        except (self._api.error, RuntimeError):
            default = ""
        found = [
            FoundPrinter(
                printer=f"windows:{name}",
                name=name,
                kind="windows",
                default=name == default,
                state=self.state(name).say,
            )
            for name in names
        ]
        return sorted(found, key=lambda one: not one.default)

    def trays(self, name: str) -> tuple[str, ...]:
        """Return the names of a printer's trays."""
        return tuple(self._bins(name))

    def state(self, name: str) -> PrinterState:
        """Return whether a printer is there and takes papers."""
        api = self._api.win32print
        try:
            printer = api.OpenPrinter(name)
        except self._api.error:
            say = "找不到这台打印机：可能已删除或改名，请在“设置”里另选。"
            return PrinterState(ready=False, say=say)
        try:
            told = api.GetPrinter(printer, 2)
        except self._api.error:
            return PrinterState(ready=False, say="打印服务没有应答，请重新启动打印服务。")
        finally:
            api.ClosePrinter(printer)
        status = int(told.get("Status", 0))
        if status & (_PAUSED | _DELETING):
            return PrinterState(ready=False, say="打印机已停用。请恢复后再打印。")
        if int(told.get("Attributes", 0)) & _WORK_OFFLINE:
            return PrinterState(ready=False, say="打印机离线。")
        say = next((say for bit, say in _PRINTER_STATES if status & bit), "")
        return PrinterState(ready=not say, say=say)

    def send(self, name: str, document: Document, choice: Choice) -> str:
        """Draw the pages onto the printer; return the spooler's number of the job."""
        api = self._api
        try:
            context = api.win32gui.CreateDC("WINSPOOL", name, self._mode(name, document, choice))
        except api.error as error:
            raise NotPrinted("打印机打不开，请检查打印机和驱动。") from error
        number, begun = 0, False
        try:
            number = api.win32print.StartDoc(context, (document.title, None, None, 0))
            begun = True
            for page in _pages(document.content, api.win32print.GetDeviceCaps(context, _LOGPIXELSX)):
                self._page(context, page)
            api.win32print.EndDoc(context)
        except api.error as error:
            if not begun:
                raise NotPrinted("打印服务没有收下这一份。") from error
            raise Unsure("交给打印机时中断，不知道打出来没有。请看一下打印机，再按重试或取消。") from error
        finally:
            api.win32gui.DeleteDC(context)
        return str(number)

    def outcome(self, name: str, ticket: str) -> Outcome:
        """Return what became of a job; one the spooler knows no more was printed, for deleting one leaves it there a while."""
        api = self._api.win32print
        try:
            printer = api.OpenPrinter(name)
        except self._api.error:
            return Outcome(state="held", say="找不到这台打印机。")
        try:
            told = api.GetJob(printer, int(ticket), 1)
        except self._api.error:
            return Outcome(state="done")
        finally:
            api.ClosePrinter(printer)
        status = int(told.get("Status", 0))
        if status & _JOB_DELETED:
            return Outcome(state="gone", say="打印队列里的这一份被删除了。")
        if status & _JOB_OVER:
            return Outcome(state="done")
        say = next((say for bit, say in _JOB_STATES if status & bit), "") or self.state(name).say
        return Outcome(state="held" if say else "printing", say=say)

    def cancel(self, name: str, ticket: str) -> None:
        """Take a job out of the spooler."""
        api = self._api.win32print
        try:
            printer = api.OpenPrinter(name)
        except self._api.error:
            return
        try:
            api.SetJob(printer, int(ticket), 0, None, _DELETE)
        except self._api.error:
            return
        finally:
            api.ClosePrinter(printer)

    def _page(self, context: int, page: Image) -> None:
        """Draw one page at its own size, its corner at the sheet's corner."""
        api = self._api
        asked = api.win32print.GetDeviceCaps
        left, top = -asked(context, _OFFSETX), -asked(context, _OFFSETY)
        scale = asked(context, _LOGPIXELSX) / page.info["dpi"][0]
        width, height = round(page.width * scale), round(page.height * scale)
        api.win32print.StartPage(context)
        api.ImageWin.Dib(page).draw(api.ImageWin.HDC(context), (left, top, left + width, top + height))
        api.win32print.EndPage(context)

    def _mode(self, name: str, document: Document, choice: Choice) -> Any:
        """Return the printer's settings with tray, copies, sides and paper as they are wanted."""
        api = self._api.win32print
        printer = api.OpenPrinter(name)
        try:
            mode = api.GetPrinter(printer, 2)["pDevMode"]
        finally:
            api.ClosePrinter(printer)
        mode.Fields = mode.Fields | _COPIES | _DUPLEX | _PAPER
        mode.Copies = choice.copies
        mode.Duplex = _TWO_SIDED if choice.sides == "two" else _ONE_SIDED
        mode.PaperSize = _A6 if document.media == "A6" else _A4
        tray = self._bins(name).get(choice.tray) if choice.tray else None
        if tray is not None:
            mode.Fields |= _SOURCE
            mode.DefaultSource = tray
        return mode

    def _bins(self, name: str) -> dict[str, int]:
        api = self._api.win32print
        try:
            printer = api.OpenPrinter(name)
            try:
                port = api.GetPrinter(printer, 2)["pPortName"]
            finally:
                api.ClosePrinter(printer)
            names = api.DeviceCapabilities(name, port, _BIN_NAMES)
            numbers = api.DeviceCapabilities(name, port, _IN_BINS)
        except self._api.error:
            return {}
        told = zip(names or (), numbers or (), strict=False)
        return {str(name).rstrip("\0"): int(number) for name, number in told}


def _pages(content: bytes, dpi: float) -> list[Image]:
    """Return the pages of a PDF as grey pictures that say how fine they are."""
    import pypdfium2  # off the start-up path

    fine = min(float(dpi), DPI)
    made = []
    with pypdfium2.PdfDocument(content) as pdf:
        for number in range(len(pdf)):
            page = pdf[number].render(scale=fine / 72, grayscale=True).to_pil()
            page.info["dpi"] = (fine, fine)
            made.append(page)
    return made


def _modules() -> Any:
    """Return the modules of this system; raises ``ImportError`` anywhere but on Windows."""
    if sys.platform == "win32":
        import pywintypes
        import win32gui
        import win32print
        from PIL import ImageWin

        return SimpleNamespace(win32print=win32print, win32gui=win32gui, ImageWin=ImageWin, error=pywintypes.error)
    raise ImportError("the printers of Windows are on Windows")
