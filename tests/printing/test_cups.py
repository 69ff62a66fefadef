"""A real CUPS: what it takes, what it tells, and what the queue makes of a printer that is stopped, empty, gone or back."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from clerk_app.domain.people import Person
from clerk_app.printing import Printing, choices_of
from clerk_app.printing.cups import Cups
from clerk_app.printing.queue import FAILED, HELD, WAITING
from tests.support.counter import CLERK, Office, office
from tests.support.cups import HINT, PRESENT, PrivateCups, private_cups, until
from tests.support.intakes import received
from tests.support.parts import real_part
from tests.support.story import PERMIT, SEAT

RECEIPT = "接收回执"


@pytest.fixture(scope="module")
def spooler() -> Iterator[PrivateCups]:
    real_part("CUPS", present=PRESENT, hint=HINT)
    with private_cups() as running:
        yield running


@dataclass
class Desk:
    """A window with a case, its printing and one printer."""

    here: Office
    printing: Printing
    printer: Path
    case: str
    told: dict[str, object]
    clerk: Person = CLERK

    def step(self) -> None:
        """Have the queue look at everything now, however long it meant to wait."""
        self.printing.hurry()
        self.printing.work()

    def until(self, *states: str) -> None:
        """Step until the jobs are in these states; ``done``: until there is none."""

        def there() -> bool:
            self.step()
            return tuple(job.state for job in self.printing.jobs()) == (() if states == ("done",) else states)

        until(there)

    @property
    def trouble(self) -> str:
        [job] = self.printing.jobs()
        return job.trouble


@pytest.fixture
def desk(
    spooler: PrivateCups, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    monkeypatch.setenv("CUPS_SERVER", spooler.server)
    monkeypatch.setenv("PATH", spooler.environment["PATH"])
    name = f"P{abs(hash(request.node.name)) % 10_000_000}"
    printer = spooler.printer(name)
    told: dict[str, object] = {"default": {"printer": f"cups:{name}"}}
    with office(tmp_path, [PERMIT]) as here:
        printing = Printing(here.records, SEAT, here.clock, here.folder / "papers", lambda: choices_of(told))
        yield Desk(here, printing, printer, received(here), told)


def test_a_paper_is_printed_as_chosen_and_lies_on_no_disk(desk: Desk, spooler: PrivateCups) -> None:
    desk.told["papers"] = {RECEIPT: {"tray": "Tray2", "copies": 2, "sides": "two"}}

    handed = desk.printing.print(RECEIPT, desk.case, CLERK.name)
    assert handed.say() == f"《{RECEIPT}》已送打印机 {desk.printer.name}"
    desk.until("done")

    options = (desk.printer / "options").read_text(encoding="utf-8")
    assert {"copies=2", "media=A4", "InputSlot=Tray2", "sides=two-sided-long-edge"} <= set(options.split())
    assert (desk.printer / "page").read_bytes().startswith(b"%PDF")
    assert not (desk.here.folder / "papers").exists()
    assert spooler.spooled() == []
    assert desk.printing.times_printed(RECEIPT, desk.case) == 1


def test_a_stopped_printer_gets_nothing_until_it_goes_on(desk: Desk, spooler: PrivateCups) -> None:
    spooler.run("cupsdisable", "-r", "换硒鼓", desk.printer.name)

    desk.printing.print(RECEIPT, desk.case, CLERK.name)
    desk.step()

    assert desk.trouble == "打印机已停用（换硒鼓）。请恢复后再打印。"
    assert desk.printing.told() == "stopped"
    assert desk.printing.worry() == "1 份文书没打出来"
    assert spooler.spooled() == []
    spooler.run("cupsenable", desk.printer.name)
    desk.until("done")
    assert desk.printing.told() == "ok"


def test_what_its_maker_took_is_held_while_there_is_no_paper_and_comes_out_then(desk: Desk) -> None:
    empty = desk.printer / "no-paper"
    empty.touch()
    desk.printing.print(RECEIPT, desk.case, CLERK.name)
    desk.until(HELD)
    assert desk.trouble == "打印机缺纸。"
    assert desk.printing.times_printed(RECEIPT, desk.case) == 0

    empty.unlink()
    desk.until("done")

    assert desk.printing.times_printed(RECEIPT, desk.case) == 1


def test_a_printer_that_breaks_down_stops_and_its_job_is_printed_elsewhere(desk: Desk, spooler: PrivateCups) -> None:
    (desk.printer / "broken").touch()
    other = spooler.printer(desk.printer.name + "b")
    desk.printing.print(RECEIPT, desk.case, CLERK.name)
    desk.until(HELD)
    assert "卡纸" in desk.trouble

    [job] = desk.printing.jobs()
    desk.printing.reroute(job.id, f"cups:{other.name}")
    desk.until("done")

    assert (other / "page").read_bytes().startswith(b"%PDF")
    assert not (desk.printer / "page").exists()
    assert job.ticket not in spooler.run("lpstat", "-W", "not-completed", "-o")
    assert desk.printing.times_printed(RECEIPT, desk.case) == 1


def test_nobody_at_the_address_of_a_printer_and_then_somebody(desk: Desk, spooler: PrivateCups) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    spooler.printer("far", f"socket://127.0.0.1:{port}")
    desk.printing.print(RECEIPT, desk.case, CLERK.name, printer="cups:far")
    desk.until(HELD)
    assert "连不上" in desk.trouble

    [job] = desk.printing.jobs()
    heard = bytearray()
    with socket.create_server(("127.0.0.1", port)) as server:
        thread = threading.Thread(target=_listen, args=(server, heard))
        thread.start()
        desk.printing.retry(job.id)  # CUPS itself would wait for half a minute before it tries again
        desk.until("done")
        thread.join()

    assert bytes(heard).startswith(b"%PDF")


def test_a_job_cancelled_here_is_cancelled_there_and_counts_for_nothing(desk: Desk, spooler: PrivateCups) -> None:
    (desk.printer / "no-paper").touch()
    desk.printing.print(RECEIPT, desk.case, CLERK.name)
    desk.until(HELD)
    [job] = desk.printing.jobs()

    desk.printing.cancel(job.id)

    until(lambda: job.ticket not in spooler.run("lpstat", "-W", "not-completed", "-o"))
    assert desk.printing.jobs() == []
    assert desk.printing.times_printed(RECEIPT, desk.case) == 0


def test_a_job_cancelled_there_waits_here_for_a_person(desk: Desk, spooler: PrivateCups) -> None:
    (desk.printer / "no-paper").touch()
    desk.printing.print(RECEIPT, desk.case, CLERK.name)
    desk.until(HELD)
    [job] = desk.printing.jobs()

    spooler.run("cancel", job.ticket)
    desk.until(FAILED)
    assert "取消" in desk.trouble
    (desk.printer / "no-paper").unlink()
    desk.printing.retry(job.id)
    desk.until("done")

    assert desk.printing.times_printed(RECEIPT, desk.case) == 1


def test_jobs_for_one_printer_come_out_in_their_order(desk: Desk) -> None:
    (desk.printer / "no-paper").touch()
    desk.printing.print(RECEIPT, desk.case, CLERK.name)
    desk.printing.print("受理回执", desk.case, CLERK.name)
    desk.until(HELD, WAITING)
    assert desk.printing.told() == "stopped"

    (desk.printer / "no-paper").unlink()
    until(lambda: order(desk) != [RECEIPT, "受理回执"])
    assert order(desk) in (["受理回执"], [])
    desk.until("done")


def test_what_the_queues_are_called_and_which_is_the_systems(
    spooler: PrivateCups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUPS_SERVER", spooler.server)
    monkeypatch.setenv("PATH", spooler.environment["PATH"])
    spooler.printer("front")
    spooler.printer("back")
    spooler.run("lpadmin", "-d", "front")
    spooler.run("cupsreject", "back")

    found = {one.printer: one for one in Cups().found()}

    assert found["cups:front"].default
    assert not found["cups:back"].default
    assert "不接收" in found["cups:back"].state
    assert "找不到" in Cups().state("nowhere").say


def test_without_a_spooler_papers_wait_and_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_part("CUPS", present=PRESENT, hint=HINT)
    monkeypatch.setenv("CUPS_SERVER", str(tmp_path / "nobody.sock"))
    state = Cups().state("any")
    assert not state.ready
    assert state.say == "打印服务没有应答，请重新启动打印服务。"
    assert Cups().found() == []

    monkeypatch.setenv("PATH", os.devnull)
    assert "没有装打印服务" in Cups().state("any").say


def test_a_printer_that_was_removed_keeps_its_papers_in_the_queue(desk: Desk) -> None:
    desk.told["default"] = {"printer": "cups:removed"}
    desk.printing.print(RECEIPT, desk.case, CLERK.name)
    desk.step()
    assert "找不到这台打印机" in desk.trouble
    assert [job.state for job in desk.printing.jobs()] == [WAITING]


@pytest.mark.parametrize(
    ("history", "state"),
    [
        ("", "done"),
        ("front-6  root  1024  Mon\n\tStatus: \n\tAlerts: job-completed-successfully\n", "gone"),
        ("front-7  root  1024  Mon\n\tStatus: \n\tAlerts: job-completed-successfully\n", "done"),
        ("front-7  root  1024  Mon\n\tStatus: \n\tAlerts: job-canceled-by-user\n", "gone"),
        ("front-7  root  1024  Mon\n\tStatus: \n\tAlerts: aborted-by-system\n", "gone"),
    ],
)
def test_what_a_spooler_says_of_a_job_that_is_over(history: str, state: str) -> None:
    def run(command: Sequence[str], given: bytes, patience: float) -> subprocess.CompletedProcess[bytes]:
        said = history if "completed" in command else ""
        return subprocess.CompletedProcess(command, 0, said.encode(), b"")

    assert Cups(run).outcome("front", "front-7").state == state


def order(desk: Desk) -> list[str]:
    desk.step()
    return [job.kind for job in desk.printing.jobs()]


def _listen(server: socket.socket, heard: bytearray) -> None:
    line, _ = server.accept()
    with line:
        while part := line.recv(1 << 16):
            heard.extend(part)
