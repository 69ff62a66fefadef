"""A whole city on this machine: embedded central, an enrolled window and sample people, for trying the client out.

The window's folder is an ordinary one, so every command works on it beside the client; the city is in ``city`` below it.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from clerk_app import settings as window_settings
from clerk_app.commands.demo_central import DemoBroken, DemoCentral, free_port, port_is_free, run_clerk
from clerk_app.commands.output import NOT_READY, Stop
from clerk_app.domain.plain import NotPlain, from_plain
from clerk_app.services import DemoAccount, DemoCourier
from clerk_app.settings import NotEnrolled, PracticeFolder, SettingsDamaged
from clerk_app.store.errors import KeysError, StoreDamaged, StoreMissing
from clerk_app.store.file.durable import write_private_file
from clerk_app.store.file.lock import StoreLock

FOLDER = "city"
FILE = "city.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How far the sample city has been made; kept beside its database, and written last."""

    ready: bool = False
    full: bool = False
    accounts: tuple[DemoAccount, ...] = ()
    couriers: tuple[DemoCourier, ...] = ()


class DemoCity:
    """The sample city in one folder; made once, started and stopped with the client."""

    label = "样例数据，部门办理由程序模拟"

    def __init__(self, folder: Path, *, full: bool = False, tell: Callable[[str], None] = lambda _: None) -> None:
        self.window_folder = folder
        self._city = folder / FOLDER
        self._full = full
        self._tell = tell
        self._central = DemoCentral(self._city)
        self._held = ExitStack()
        self.accounts: tuple[DemoAccount, ...] = ()
        self.couriers: tuple[DemoCourier, ...] = ()

    def __enter__(self) -> Self:
        """Make what is missing and start central; it may not listen yet (``wait``)."""
        self._take()
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop central and give the folder up."""
        self.stop_central()
        self._held.close()

    def central_running(self) -> bool:
        """Whether central is up."""
        return self._central.running()

    def stop_central(self) -> None:
        """Pull the plug of central."""
        self._central.stop()

    def start_central(self) -> None:
        """Start central where the window expects it; returns once it listens."""
        if not self.central_running():
            self._start()
            self.wait()

    def wait(self) -> None:
        """Return once central listens."""
        self._central.wait()

    def _take(self) -> None:
        """Hold the folder, if it is ours to hold: a real window is never made a sample."""
        if not (self._city / FILE).exists() and _real(self.window_folder):
            raise Stop(
                NOT_READY, f"{self.window_folder} 是正式登记的窗口，样例城市请用 --data 另选一个文件夹。", "not-a-demo"
            )
        self._city.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = StoreLock(self._city / "city.lock")
        self._held.callback(lock.release)

    def _open(self) -> None:
        made = self._made()
        if made.ready and not _sound(self._central.database):
            made = Made()
        if made.ready:
            try:
                window_settings.load(self.window_folder)
                if (self._full and not made.full) or not made.couriers:
                    made = self._enlarge(full=self._full or made.full)
                self._start()
            except (NotEnrolled, SettingsDamaged, DemoBroken):
                made = Made()
        if not made.ready:
            made = self._make()
        self.accounts, self.couriers = made.accounts, made.couriers

    def start_over(self) -> None:
        """Make the city anew: what is there cannot be used."""
        self.stop_central()
        made = self._make()
        self.accounts, self.couriers = made.accounts, made.couriers

    def _make(self) -> Made:
        if self._left_over():
            self._tell("样例城市的数据不完整，重新准备。")
            self._clear()
        self._keep(Made())
        self._tell("正在准备样例城市：服务点、部门、事项、人员…")
        seeded, point = self._seed(full=self._full)
        self._tell("正在登记窗口并下载事项目录…")
        self._enrol(point)
        made = replace(seeded, ready=True)
        self._keep(made)
        return made

    def _enlarge(self, *, full: bool) -> Made:
        """Add what the sample city lacks; ``full``: of a whole city."""
        self._tell("正在把样例城市扩充为全量…" if full else "正在补齐样例城市…")
        seeded, _ = self._seed(full=full)
        made = replace(seeded, ready=True)
        self._keep(made)
        return made

    def _left_over(self) -> bool:
        return self._central.database.exists() or any(self.window_folder.glob("*.json*"))

    def _clear(self) -> None:
        """Remove what is the sample's own, and only that."""
        for path in (*self._city.iterdir(), *self.window_folder.iterdir()):
            if path in {self._city, self._city / "city.lock"}:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def _made(self) -> Made:
        try:
            return from_plain(Made, json.loads((self._city / FILE).read_text(encoding="utf-8")))
        except (OSError, ValueError, NotPlain):
            return Made()

    def _keep(self, made: Made) -> None:
        write_private_file(self._city / FILE, json.dumps(asdict(made), ensure_ascii=False).encode())

    def _seed(self, *, full: bool) -> tuple[Made, str]:
        """Seed in a process of its own: its memory is given back before the client starts."""
        told = run_clerk("seed", "--database", str(self._central.database), *(["--full"] if full else []))
        point = str(told["accounts"][0]["point"])
        here = [a for a in told["accounts"] if a["point"] == point]
        accounts = (
            DemoAccount(number=a["number"], name=a["name"], role=a["role"], password=a["password"])
            for a in here
            if not a["pin"]
        )
        couriers = (DemoCourier(badge=a["number"], name=a["name"], pin=a["pin"]) for a in here if a["pin"])
        return Made(full=full, accounts=tuple(accounts), couriers=tuple(couriers)), point

    def _enrol(self, point: str) -> None:
        from clerk_app.commands.enrolling import enrol_folder, first_sync
        from clerk_app.wiring import Window

        told = run_clerk("enrolment-codes", "--database", str(self._central.database), "--point", point)
        port = free_port()
        self._central.start(port)
        self.wait()
        enrol_folder(self.window_folder, f"http://127.0.0.1:{port}", told["codes"][0], "demo")
        with Window(self.window_folder) as window:
            if not first_sync(window, lambda _: None):
                raise DemoBroken("样例城市的事项目录没有下载下来。")

    def _start(self) -> None:
        """Start central at the port the window knows, or at another where somebody else has taken it."""
        settings = window_settings.load(self.window_folder)
        port = int(settings.seat.central.rpartition(":")[2])
        if not port_is_free(port):
            port = free_port()
            moved = replace(settings.seat, central=f"http://127.0.0.1:{port}")
            window_settings.save(self.window_folder, replace(settings, seat=moved))
        self._central.start(port)


def unusable(error: Exception) -> bool:
    """Whether an error means that the sample's data have to be made anew."""
    return isinstance(error, (DemoBroken, StoreMissing, StoreDamaged, KeysError))


def _real(folder: Path) -> bool:
    """Whether the folder is somebody's window, and no sample's."""
    try:
        return window_settings.load(folder).unlock != "demo"
    except PracticeFolder:
        return True
    except NotEnrolled:
        return any((folder / name).exists() for name in ("store.db", "keys.json", "keys.json.copy"))
    except SettingsDamaged:
        return True


def _sound(database: Path) -> bool:
    """Whether central will be able to open its database; looked at here, so that nobody has to wait for it to try."""
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=rw", uri=True)) as file:
            return file.execute("SELECT 1 FROM points").fetchone() is not None
    except sqlite3.Error:
        return False


def default_demo_folder() -> Path:
    """Return where the sample city is kept where nothing else is said."""
    folder = window_settings.default_folder()
    return folder if os.environ.get("CLERK_DATA") else folder.with_name("clerk-demo")
