"""Makes a window of this machine step by step: behind the screens of the first start, and behind ``clerk setup``."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from clerk_app import settings as window_settings
from clerk_app import setup_file
from clerk_app.commands.enrolling import enrol_folder
from clerk_app.commands.output import Stop
from clerk_app.domain.plain import NotPlain, from_plain
from clerk_app.first_start import Begun, Finding, Printer
from clerk_app.line import LineDown, LineRefused
from clerk_app.seat import Refused
from clerk_app.settings import Settings
from clerk_app.setup_file import SetupFile
from clerk_app.store.access.keys import KeyringUnlock, PassphraseUnlock, Unlock, unlock_kind
from clerk_app.store.access.system_keyring import SystemKeyring
from clerk_app.store.access.unlock import check_new
from clerk_app.store.errors import KeyringUnavailable, VaultError
from clerk_app.store.file.durable import write_private_file
from clerk_app.wiring import Window

FILE = "first-start.json"
KEYRING_ANSWERS = 5.0
"""Seconds the system keyring is waited for when it is asked whether it is there."""
PRINTED = 15.0
"""Seconds a test page is waited for."""
SCANS = ("Scans", "扫描", "Documents/Scans", "Documents/Scanned Documents", "Pictures/Scans", "文档/扫描", "图片/扫描")
"""Folders below the person's own in which scanning programs put their files."""


def unfinished(folder: Path) -> bool:
    """Whether a first start was begun here and is not over."""
    return (folder / FILE).exists()


class FirstStart:
    """The first start of the window in a folder (``clerk_app.first_start.Setup``)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.unlock: Unlock | None = None
        """How the keys are unlocked, once that was said; handed on to the client, which need not ask again."""
        self._window: Window | None = None
        self._begun = self._kept()

    @property
    def begun(self) -> Begun:
        """What was said so far."""
        return self._begun

    def _kept(self) -> Begun:
        begun = Begun()
        with suppress(OSError, ValueError, TypeError):
            begun = Begun(**json.loads((self.folder / FILE).read_text(encoding="utf-8")))
        if window_settings.enrolled(self.folder):
            return begun if begun.step in {"fetch", "devices", "ready"} else replace(begun, step="fetch")
        return begun if begun.step in {"where", "enrol"} else replace(begun, step="enrol")

    def keep(self, **changes: Any) -> None:
        """Keep what was said, durably."""
        self._begun = replace(self._begun, **changes)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private_file(self.folder / FILE, json.dumps(asdict(self._begun), ensure_ascii=False).encode())

    # where to, and as which desk

    def files(self) -> list[Path]:
        """Return the technician's files that lie about."""
        return setup_file.found()

    def read(self, path: str) -> SetupFile:
        """Read a technician's file, or the one in a folder."""
        given = Path(path).expanduser()
        return setup_file.read(given / setup_file.NAME if given.is_dir() else given)

    def take(self, file: SetupFile, desk: str) -> None:
        """Take over what a technician's file says of a desk."""
        chosen = file.desk(desk)
        scanner = file.wishes.get("scanner", "")
        self.keep(
            step="enrol",
            central=file.central,
            code=chosen.code,
            desk=chosen.name,
            ca=file.ca,
            unlock=file.unlock,
            wishes=file.wishes,
            scanner=scanner if isinstance(scanner, str) else "",
        )

    def trust(self, path: str) -> None:
        """Trust the certificates of a file besides those the machine trusts."""
        self.keep(ca=setup_file.read_authority(Path(path).expanduser()))

    # enrolling

    def unlocks(self) -> tuple[str, ...]:
        """Return how the keys can be unlocked, the better way first; one alone where the keys are there already."""
        if (kind := unlock_kind(self.folder)) is not None:
            return (kind,)
        try:
            SystemKeyring(KEYRING_ANSWERS).choose()
        except KeyringUnavailable:
            return ("passphrase",)
        return ("passphrase", "keyring") if self._begun.unlock == "passphrase" else ("keyring", "passphrase")

    def enrol(self, unlock: str, passphrase: str) -> str:
        """Make this machine a window; what failed half-way may be said again, with the same code."""
        try:
            if unlock == "passphrase" and unlock_kind(self.folder) is None:
                check_new(passphrase)
            return self.enrol_by(KeyringUnlock() if unlock == "keyring" else PassphraseUnlock(passphrase), unlock)
        except VaultError as error:
            raise Refused("store", error.say) from error

    def enrol_by(self, how: Unlock, unlock: str) -> str:
        """Make this machine a window whose keys are unlocked in this way, or open the one it is."""
        begun = self._begun
        try:
            if not window_settings.enrolled(self.folder):
                settings = self._wished(begun)
                enrol_folder(self.folder, begun.central, begun.code, unlock, how, settings=settings)
            self.unlock = how
            seat = self.window().seat
        except Stop as stop:
            raise Refused(stop.code, stop.message) from stop
        except (LineDown, LineRefused) as down:
            raise Refused("line-down", str(down)) from down
        except VaultError as error:
            raise Refused("store", error.say) from error
        self.keep(step="fetch", code="")
        return f"{seat.point_name} {seat.number} 号窗口"

    @staticmethod
    def _wished(begun: Begun) -> Settings:
        """Return the settings the technician's file asks for, of a window that is still nobody's."""
        told = {name: begun.wishes[name] for name in setup_file.WISHES if name in begun.wishes}
        nobody = {"window": "", "number": "", "point": "", "point_name": ""}
        try:
            return from_plain(Settings, {**told, "seat": nobody, "ca": begun.ca})
        except NotPlain as error:
            message = "设置文件里的打印、扫描、外观等设置不合要求，没有登记。"
            raise Refused("setup-file", message) from error

    def needs_passphrase(self) -> bool:
        """Whether the window is there, shut, and opened by a passphrase."""
        return self._window is None and self.unlock is None and unlock_kind(self.folder) == "passphrase"

    def window(self) -> Window:
        """Return the window, opened."""
        if self._window is None:
            self._window = Window(self.folder, unlock=self.unlock, tell=lambda _: None)
            self._window.start_printing()
        return self._window

    # what comes after

    def fetch(self, tell: Callable[[str], None], cancelled: Callable[[], bool]) -> None:
        """Fetch what central has for this window."""
        from sync.talk import Stopped

        try:
            with closing(self.window().connect()) as end:
                end.sync(tell, cancelled)
        except Stopped:
            return
        except (LineDown, LineRefused) as down:
            raise Refused("line-down", str(down)) from down

    def printers(self) -> list[Printer]:
        """Return the printers of this machine, the system's own choice first; the last is none at all."""
        found = sorted(self.window().printing.found_printers(), key=lambda one: not one.default)
        kinds = {"cups": "系统打印机", "windows": "系统打印机", "escpos": "小票打印机", "folder": "文件夹"}
        listed = [
            Printer(
                printer=one.printer,
                name=one.name,
                words="　".join(
                    part
                    for part in (kinds.get(one.kind, one.kind), "系统默认" if one.default else "", one.state)
                    if part
                ),
            )
            for one in found
            if one.printer
        ]
        return [*listed, Printer(printer="", name="暂不设打印机", words="文书存成文件，以后在“设置”中再选")]

    def scanners(self) -> list[str]:
        """Return folders a scanner may put its files in."""
        listed = [self._begun.scanner, *(str(Path.home() / one) for one in SCANS if (Path.home() / one).is_dir())]
        return list(dict.fromkeys(one for one in listed if one))

    def choose(self, printer: str, scanner: str) -> None:
        """Keep printer and scanner's folder in the settings."""
        if scanner and not Path(scanner).expanduser().is_dir():
            raise Refused("scanner", f"没有文件夹 {scanner}。", "scanner")
        settings = window_settings.load(self.folder)
        printing = dict(settings.printing) if isinstance(settings.printing, dict) else {}
        default = printing.get("default")
        kept = default if isinstance(default, dict) else {}
        if printer or kept:
            printing["default"] = {**kept, "printer": printer}
        place = str(Path(scanner).expanduser().absolute()) if scanner else ""
        window_settings.save(self.folder, replace(settings, printing=printing or None, scanner=place))
        self._close()  # it is opened anew with these settings

    def test_page(self, printer: str) -> str:
        """Print a test page; return what became of it, in words."""
        from clerk_app.printing.choices import label_of

        window = self.window()
        handed = window.printing.test_page(printer)
        if handed.path is not None:
            return f"测试页存成了文件 {handed.path}。"
        until = time.monotonic() + PRINTED
        while (waiting := [one for one in window.printing.jobs() if one.id == handed.job.id]) and not waiting[
            0
        ].trouble:
            if time.monotonic() > until:
                return f"测试页还在排队：{label_of(printer)} 没有应答。打开客户端后会接着打印。"
            time.sleep(0.1)
        if waiting:
            return f"测试页还没有打印：{waiting[0].trouble}"
        return f"测试页已交给 {label_of(printer)}，请看打印机是否出纸。"

    def check(self) -> list[Finding]:
        """Look whether a clerk can work here, as the doctor does."""
        from clerk_app.checkup.examination import Examination
        from clerk_app.commands.doctor import probe

        self._close()
        unlock = self.unlock
        report = Examination(self.folder, lambda _: unlock or KeyringUnlock(), probe).run()
        return [Finding(state=str(one.state), label=one.label, words=one.found) for one in report.checks]

    def finish(self) -> None:
        """Forget what was kept: from now on this is a window."""
        self._close()
        (self.folder / FILE).unlink(missing_ok=True)

    def _close(self) -> None:
        window, self._window = self._window, None
        if window is not None:
            window.close()

    close = _close
