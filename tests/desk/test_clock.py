"""A clock that is wrong never stops work and never decides what came first."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.domain.journal import verify_chain
from clerk_app.domain.people import Applicant
from clerk_app.domain.timing import Doubt
from clerk_app.store.records import Records
from clerk_app.window_clock import NOTE, WindowClock
from tests.support.clocks import DAY, YEAR, Machine, Post, post
from tests.support.counter import KEY
from tests.support.story import APPLICANT, SEAT

JUMPS = st.one_of(
    st.floats(-3600, 3600),
    st.floats(-60 * DAY, 60 * DAY),
    st.sampled_from([-100 * YEAR, -56 * YEAR, -YEAR, YEAR, 10 * YEAR, 73.9 * YEAR, 9000 * YEAR, 0.0]),
)
ACTS = st.lists(
    st.tuples(st.sampled_from(["receive", "remark", "restart", "wait"]), JUMPS, st.floats(0, 7200)),
    min_size=2,
    max_size=14,
)


def receive(here: Post, applicant: Applicant = APPLICANT) -> str:
    draft = replace(here.desk.begin(["PERMIT"]), applicant=applicant)
    return here.desk.receive(draft).outcomes[0].case.number


@settings(max_examples=25, deadline=None)
@given(ACTS)
def test_whatever_the_clock_does_the_order_is_the_order_of_acting(steps: list[tuple[str, float, float]]) -> None:
    machine = Machine()
    acted: list[str] = []
    told: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as name:
        opened = post(Path(name), machine)
        here = opened.__enter__()
        try:
            for kind, off, seconds in [("receive", 0.0, 0.0), *steps]:
                machine.off = off
                if kind == "restart":
                    opened.__exit__(None, None, None)
                    machine.sleep(seconds)
                    opened = post(Path(name), machine)
                    here = opened.__enter__()
                elif kind == "receive":
                    acted.append(receive(here))
                elif kind == "remark":
                    number = acted[len(told) % len(acted)]
                    told.append((number, f"第{len(told)}句"))
                    here.desk.remark(*told[-1])
                    acted.append(number)
                machine.wait(seconds)

            journal = [r.entry for r in here.records.journal()]
            remarks = [e for e in journal if e.kind == "remark.added"]
            assert [e.n for e in journal] == list(range(1, len(journal) + 1))
            assert verify_chain(journal) is None
            assert [(e.subject, e.body["text"]) for e in remarks] == told
            assert len({e.id for e in journal}) == len(journal)
            latest_first = list(dict.fromkeys(reversed(acted)))
            assert [s.number for s in here.desk.cases()] == latest_first
            assert [s.number for s in here.desk.find_cases(APPLICANT.name)] == latest_first
            for number in latest_first:
                lines = [x.text for x in here.desk.history(number) if x.kind == "remark.added"]
                assert lines == [text for subject, text in told if subject == number]
            assert here.records.rebuild() == []
        finally:
            opened.__exit__(None, None, None)


@pytest.mark.parametrize("says", ["1970-01-01T00:00:05Z", "2000-02-29T12:00:00+08:00", "2026-03-01T09:00:00+08:00"])
def test_a_clock_set_back_goes_on_from_the_last_act_also_in_the_next_process(tmp_path: Path, says: str) -> None:
    machine = Machine()
    with post(tmp_path, machine) as here:
        receive(here)
        last = here.clock()
    machine.sleep(14 * 3600)
    machine.says(says)
    with post(tmp_path, machine) as here:
        machine.wait(600)
        assert here.clock() == last + timedelta(seconds=600)
        assert here.clock.reading().doubt is Doubt.BEHIND
        assert here.desk.status().troubles == ("时钟落后",)
        receive(here)
    machine.sleep(10)
    with post(tmp_path, machine) as here:
        assert here.clock() == last + timedelta(seconds=600)


def test_a_clock_years_ahead_is_used_and_said_and_forgotten_once_it_is_right(tmp_path: Path) -> None:
    machine = Machine()
    with post(tmp_path, machine) as here:
        first = receive(here)
        machine.wait(3600)
        machine.says("2099-12-31T23:59:59+08:00")
        assert here.clock().year == 2099
        assert here.desk.status().troubles == ("时钟超前",)
        far = receive(here)
        assert far.split("-")[2].startswith("99")
        assert here.clock.steady().date() == date(2026, 3, 2)
    machine.sleep(DAY)
    machine.off = 0.0
    with post(tmp_path, machine) as here:
        assert (here.clock(), here.clock.reading().doubt) == (machine.moment, Doubt.NONE)
        assert here.desk.status().troubles == ()
        assert [s.number for s in here.desk.cases()] == [far, first]
        assert here.desk.known_applicant(APPLICANT.id_number) == APPLICANT


def test_the_applicant_as_last_recorded_is_the_last_in_the_journal_not_on_the_clock(tmp_path: Path) -> None:
    machine = Machine()
    with post(tmp_path, machine) as here:
        receive(here)
        machine.off = 10 * YEAR
        receive(here, replace(APPLICANT, phone="13800000001"))
        machine.off = 0.0
        receive(here, replace(APPLICANT, phone="13800000002"))
        known = here.desk.known_applicant(APPLICANT.id_number)

    assert known is not None
    assert known.phone == "13800000002"


def test_history_says_where_its_times_run_backwards(tmp_path: Path) -> None:
    machine = Machine()
    with post(tmp_path, machine) as here:
        number = receive(here)
        machine.off = 10 * YEAR
        here.desk.remark(number, "时钟快了十年")
        machine.off = 0.0
        here.desk.remark(number, "时钟对了")
        lines = here.desk.history(number)

    assert lines[-1].text == "时钟对了"
    assert lines[-1].mark == "时钟有误"
    assert {line.mark for line in lines[:-1]} == {""}


def test_central_corrects_the_clock_and_its_word_lasts(tmp_path: Path) -> None:
    machine = Machine(off=-3 * YEAR)
    with post(tmp_path, machine) as here:
        assert here.clock.heard(machine.moment) == pytest.approx(-3 * YEAR)
        assert here.clock() == machine.moment
    machine.sleep(DAY)
    with post(tmp_path, machine) as here:
        assert (here.clock(), here.clock.reading().doubt) == (machine.moment, Doubt.CORRECTED)
        assert here.desk.status().troubles == ("时钟不准，已校正",)
        machine.off = 0.0
        assert (here.clock(), here.clock.reading().doubt) == (machine.moment, Doubt.NONE)
        receive(here)
    machine.sleep(DAY)
    with post(tmp_path, machine) as here:
        assert (here.clock(), here.clock.reading().doubt) == (machine.moment, Doubt.NONE)


def test_while_central_is_there_a_clock_that_is_moved_moves_nothing(tmp_path: Path) -> None:
    machine = Machine()
    with post(tmp_path, machine) as here:
        here.clock.heard(machine.moment)
        machine.wait(60)
        machine.off = -DAY
        assert here.clock() == machine.moment
        here.clock.heard(machine.moment)
        assert here.clock.reading().doubt is Doubt.CORRECTED


def test_hearing_central_again_and_again_writes_nothing(tmp_path: Path) -> None:
    machine = Machine(off=7200.0)
    with post(tmp_path, machine) as here:
        here.clock.heard(machine.moment)
        before = here.records.vault.generation
        for _ in range(100):
            machine.wait(10)
            here.clock.heard(machine.moment)

        assert here.records.vault.generation == before


def test_a_person_says_what_time_it_is_until_central_does(tmp_path: Path) -> None:
    machine = Machine(off=-YEAR)
    with post(tmp_path, machine) as here:
        here.clock.set(machine.moment - timedelta(seconds=30))
        assert here.clock() == machine.moment - timedelta(seconds=30)
        assert here.clock.known.said_by == "person"
    machine.sleep(3600)
    with post(tmp_path, machine) as here:
        assert here.clock() == machine.moment - timedelta(seconds=30)
        here.clock.heard(machine.moment)
        assert here.clock() == machine.moment
        assert here.clock.known.said_by == "central"
        with pytest.raises(ValueError, match="any window"):
            here.clock.set(machine.moment.replace(year=1999))


@pytest.mark.parametrize("note", ["rubbish", [1], [None, None, None], [-5, 0, ""], {"a": 1}, [True, 0.5, 3]])
def test_a_note_that_is_no_time_tells_nothing(tmp_path: Path, note: object) -> None:
    with Records.open(tmp_path, KEY, window=SEAT.window) as records:
        records.vault.set_note(NOTE, note)
        machine = Machine()

        assert WindowClock(records.vault, machine.system, machine.ticks)() == machine.moment


def undone(here: Post) -> None:
    with here.records.transaction():
        receive(here)
        raise ZeroDivisionError


def test_an_act_that_is_undone_takes_its_time_back_with_it(tmp_path: Path) -> None:
    machine = Machine()
    with post(tmp_path, machine) as here:
        receive(here)
        before = here.records.vault.note(NOTE)
        machine.wait(3600)
        with pytest.raises(ZeroDivisionError):
            undone(here)

        assert here.records.vault.note(NOTE) == before
