"""The queue by itself: what is counted, marked and kept, over a printer that does as it is told."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from clerk_app.bag_papers import LABEL, MANIFEST
from clerk_app.printing import Choice, Choices, Printing, choices_of
from clerk_app.printing.printers import NotPrinted, Outcome, Unsure
from clerk_app.printing.queue import FAILED, SENDING, UNSURE, WAITING
from clerk_app.printing.worker import PAUSES
from clerk_app.seat import Refused
from clerk_app.store.records import Records
from tests.support.counter import CLERK, KEY, Office, office
from tests.support.intakes import COMPLETE, received
from tests.support.printers import Play
from tests.support.story import PERMIT, SEAT

RECEIPT, ACCEPTANCE = "接收回执", "受理回执"


@dataclass
class Room:
    here: Office
    printer: Play
    choices: Choices
    now: float = 0.0

    def printing(self, records: Records | None = None) -> Printing:
        back_ends = {"cups": self.printer}
        papers = self.here.folder / "papers"
        told = records or self.here.records
        return Printing(told, SEAT, self.here.clock, papers, lambda: self.choices, back_ends, lambda: self.now)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with office(tmp_path, [PERMIT]) as here:
        yield Room(here, Play(), choices_of({"default": {"printer": "cups:front"}}))


def text_of(content: bytes) -> str:
    told = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return told.translate({0: None})


def test_the_second_print_bears_a_mark_and_the_first_that_failed_was_none(room: Room) -> None:
    printing, case = room.printing(), received(room.here)
    room.printer.fails = NotPrinted("打印服务没有收下这一份。")
    printing.print(RECEIPT, case, CLERK.name)
    printing.work()
    assert printing.times_printed(RECEIPT, case) == 0

    room.printer.fails = None
    printing.hurry()
    printing.work()
    second = printing.print(RECEIPT, case, CLERK.name)
    printing.work()
    printing.print(ACCEPTANCE, case, CLERK.name)
    printing.work()

    assert second.say() == f"《{RECEIPT}》已送打印机 front（补打第2次）"
    first, again, other = (text_of(document.content) for _, document, _ in room.printer.got)
    assert "补打" not in first
    assert "补打 第2次 2026年3月2日 12:00" in again
    assert "补打" not in other
    assert (printing.times_printed(RECEIPT, case), printing.times_printed(ACCEPTANCE, case)) == (2, 1)


def test_every_paper_of_the_folder_is_marked_too(room: Room) -> None:
    room.choices = Choices()
    case = received(room.here)
    for kind in room.here.desk.papers_of(room.here.desk.case(case)):
        first, second = room.here.desk.print_paper(kind, case), room.here.desk.print_paper(kind, case)
        assert first.path == second.path
        assert second.path is not None
        assert second.say().endswith("（补打第2次）")
        assert "补打 第2次 2026年3月2日 12:00" in text_of(second.path.read_bytes())


def test_a_receipt_for_supplements_is_another_document(room: Room) -> None:
    room.choices = Choices()
    desk = room.here.desk
    case = received(room.here, tallies=COMPLETE[:1])
    assert desk.print_paper(RECEIPT, case).nth == 1
    desk.supplement(case, COMPLETE[1:])
    assert [desk.print_paper(RECEIPT, case).nth for _ in range(2)] == [1, 2]
    assert room.here.records.prints.counts(case) == {RECEIPT: 1, f"{RECEIPT}-1": 2}


def test_of_two_on_their_way_the_later_is_the_second(room: Room) -> None:
    room.printer.follows = True
    printing, case = room.printing(), received(room.here)
    printing.print(RECEIPT, case, CLERK.name)
    printing.work()
    handed = printing.print(RECEIPT, case, CLERK.name)
    assert handed.nth == 2

    room.printer.came_to = Outcome(state="done")
    for _ in range(3):
        printing.hurry()
        printing.work()
    assert printing.times_printed(RECEIPT, case) == 2
    assert ["补打" in text_of(document.content) for _, document, _ in room.printer.got] == [False, True]


def test_what_waits_is_a_reference_and_is_drawn_from_the_store_after_a_kill(room: Room) -> None:
    room.printer.why_not = "打印机缺纸。"
    printing, case = room.printing(), received(room.here)
    printing.print(RECEIPT, case, CLERK.name)
    printing.work()
    room.here.records.close()
    stored = b"".join(path.read_bytes() for path in room.here.folder.glob("store.db*"))
    assert b"%PDF" not in stored
    assert RECEIPT.encode() not in stored

    room.printer.why_not = ""
    with Records.open(room.here.folder, KEY, window=SEAT.window) as records:
        again = room.printing(records)
        assert [job.state for job in again.jobs()] == [WAITING]
        again.work()
        assert again.jobs() == []
        assert again.times_printed(RECEIPT, case) == 1
    assert case in text_of(room.printer.got[0][1].content)


def test_what_was_being_handed_over_at_a_kill_is_printed_by_a_persons_word_only(room: Room) -> None:
    class Killed(BaseException):
        pass

    printing, case = room.printing(), received(room.here)
    room.printer.fails = Killed()
    printing.print(RECEIPT, case, CLERK.name)
    with pytest.raises(Killed):
        printing.work()
    assert [job.state for job in printing.jobs()] == [SENDING]

    room.printer.fails = None
    assert room.printing().work() is None  # as a command does, without the thread
    assert room.printer.got == []
    room.here.records.prints.keep(replace(printing.jobs()[0], state=SENDING))
    after = room.printing()
    after.start()
    try:
        [job] = after.jobs()
        while job.state != UNSURE:
            [job] = after.jobs()
        assert "可能已经打出来" in job.trouble
        assert room.printer.got == []
        assert after.told() == "stopped"
    finally:
        after.stop()
    after = room.printing()
    after.retry(job.id)
    after.work()
    assert after.times_printed(RECEIPT, case) == 1


def test_it_waits_longer_from_try_to_try_and_a_person_need_not(room: Room) -> None:
    room.printer.why_not = "打印机离线。"
    printing, case = room.printing(), received(room.here)
    printing.print(RECEIPT, case, CLERK.name)
    waits = []
    for _ in range(len(PAUSES) + 1):
        pause = printing.work()
        assert pause is not None
        waits.append(pause)
        room.now += pause
    assert waits == [*PAUSES, PAUSES[-1]]
    assert room.printer.got == []

    room.printer.why_not = ""
    [job] = printing.jobs()
    printing.retry(job.id)
    assert printing.work() is None
    assert len(room.printer.got) == 1


def test_a_new_paper_has_those_before_it_tried_first(room: Room) -> None:
    room.printer.why_not = "打印机缺纸。"
    printing, case = room.printing(), received(room.here)
    printing.print(RECEIPT, case, CLERK.name)
    printing.work()
    printing.work()

    room.printer.why_not = ""
    printing.print(ACCEPTANCE, case, CLERK.name)
    printing.work()
    printing.hurry()
    printing.work()

    assert [document.name for _, document, _ in room.printer.got] == [f"{case}-{RECEIPT}", f"{case}-{ACCEPTANCE}"]


def test_a_line_that_breaks_while_it_is_handed_over_asks_for_a_person(room: Room) -> None:
    room.printer.fails = Unsure("交送中断。")
    printing, case = room.printing(), received(room.here)
    printing.print(RECEIPT, case, CLERK.name)
    printing.work()
    [job] = printing.jobs()
    assert (job.state, job.trouble) == (UNSURE, "交送中断。")
    assert printing.work() is None

    printing.cancel(job.id)
    assert printing.jobs() == []
    with pytest.raises(Refused, match="已经不在"):
        printing.retry(job.id)


def test_what_cannot_be_drawn_any_more_says_so(room: Room) -> None:
    room.printer.why_not = "打印机缺纸。"
    printing, case = room.printing(), received(room.here)
    printing.print(RECEIPT, case, CLERK.name)
    printing.work()
    [job] = printing.jobs()
    room.here.records.prints.keep(replace(job, subject="FS0001-01-260302-9999-X"))
    room.printer.why_not = ""
    other = room.printing()
    other.work()
    [job] = other.jobs()
    assert job.state == FAILED
    assert "没有办件" in job.trouble


def test_a_folder_that_takes_nothing_refuses_and_leaves_nothing_in_the_queue(room: Room) -> None:
    in_the_way = room.here.folder / "papers"
    in_the_way.write_text("")
    room.choices = Choices()
    printing, case = room.printing(), received(room.here)
    with pytest.raises(Refused, match="文书无法写入") as refused:
        printing.print(RECEIPT, case, CLERK.name)
    assert refused.value.code == "paper-unwritable"
    assert printing.jobs() == []
    assert printing.times_printed(RECEIPT, case) == 0


def test_another_printer_another_kind(room: Room, tmp_path: Path) -> None:
    place = tmp_path / "kept"
    room.choices = choices_of(
        {"default": {"printer": "cups:front", "tray": "Tray1"}, "papers": {RECEIPT: {"printer": f"folder:{place}"}}}
    )
    printing, case = room.printing(), received(room.here)
    handed = printing.print(RECEIPT, case, CLERK.name)
    assert handed.path == place / f"{case}-{RECEIPT}.pdf"
    assert handed.path.is_file()
    printing.print(ACCEPTANCE, case, CLERK.name, copies=3)
    printing.work()
    [(name, document, choice)] = room.printer.got
    assert (name, document.media, choice) == ("front", "A4", Choice(tray="Tray1", copies=3))
    assert case not in document.title


def test_a_printer_this_machine_cannot_have_is_refused(room: Room) -> None:
    with pytest.raises(Refused, match="用不了打印机"):
        room.printing().print(RECEIPT, received(room.here), CLERK.name, printer="windows:HP")


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"default": {"printer": "hp"}}, "认不出"),
        ({"default": {"copies": 0}}, "份数"),
        ({"papers": {RECEIPT: []}}, "应为一组设置"),
        ({"papers": 3}, "应为一组设置"),
        ("cups:front", "应为一组设置"),
    ],
)
def test_settings_that_cannot_be_used_count_as_not_said_and_are_named(told: object, problem: str) -> None:
    choices = choices_of(told)
    assert choices.of(RECEIPT) == Choice()
    assert problem in choices.problems[0]


def test_settings_are_written_as_they_are_read() -> None:
    told = {"default": {"printer": "cups:a"}, "papers": {LABEL: {"printer": "cups:b", "copies": 2}}}
    choices = choices_of(told)
    assert choices.plain() == told
    assert choices.of(LABEL) == Choice(printer="cups:b", copies=2)
    assert choices.of(MANIFEST) == Choice(printer="cups:a")
    changed = choices.with_choice(MANIFEST, Choice(copies=3)).with_choice(LABEL, None)
    assert changed.of(MANIFEST) == Choice(printer="cups:a", copies=3)
    assert changed.of(LABEL) == Choice(printer="cups:a")
    assert choices_of(changed.plain()) == changed


def test_what_was_counted_goes_with_what_is_pruned(room: Room) -> None:
    printing, case = room.printing(), received(room.here)
    printing.print(RECEIPT, case, CLERK.name)
    printing.work()
    room.here.records.prints.forget([case])
    assert printing.times_printed(RECEIPT, case) == 0


def test_a_test_page_is_printed_and_not_counted(room: Room) -> None:
    printing = room.printing()
    for _ in range(2):
        handed = printing.test_page("cups:front")
        printing.work()
        assert handed.nth == 1
    assert "四边的细线应完整" in text_of(room.printer.got[0][1].content)
    assert list(room.here.records.prints.every_count()) == []
