"""The draw, its weights and its digest; what needs a person; and the rules of what a supervisor may say."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain import bodies as b
from clerk_app.domain import supervision_bodies as sb
from clerk_app.domain.case import Case
from clerk_app.domain.catalogue import Handling
from clerk_app.domain.checklist import Evidence, Tally
from clerk_app.domain.deadlines import DueDay
from clerk_app.domain.people import Role
from clerk_app.domain.supervision import (
    MOST_RISK,
    SHARES,
    clocks_of,
    digest_of,
    is_drawn,
    keys_of,
    lot,
    may_be_drawn,
    risk_of,
    tasks_of,
)
from clerk_app.domain.supervision_acts import marked
from clerk_app.domain.supervision_words import RISK_LABELS
from clerk_app.planning import Decide
from clerk_app.seat import Act, Refused
from tests.support.story import ALL, COVERED, MONDAY, PERMIT, Counter, without
from tests.support.supervising import drawn

SEEDS = st.binary(min_size=16, max_size=16).map(bytes.hex)
NUMBERS = st.lists(st.integers(1, 9999).map(lambda n: f"FS0001-01-260302-{n:04d}"), unique=True, max_size=60)
WEIGHED = st.dictionaries(st.integers(1, 9999).map(str), st.integers(1, MOST_RISK), max_size=40)


# the draw


@given(SEEDS, WEIGHED, st.sampled_from(SHARES))
def test_who_is_drawn_hangs_on_the_seed_the_number_and_the_weight_alone(
    seed: str, population: dict[str, int], share: float
) -> None:
    """Anybody redraws with SHA-256 by hand, in any order, and finds the same."""
    for number, risk in population.items():
        by_hand = int(hashlib.sha256(f"{seed}\0{number}".encode()).hexdigest()[:14], 16) / 16**14
        assert lot(seed, number) == by_hand
        assert 0 <= by_hand < 1
        assert is_drawn(seed, number, risk, share) == (by_hand < share * risk)


@given(SEEDS, NUMBERS, st.integers(1, MOST_RISK - 1))
def test_more_weight_or_a_greater_share_only_adds_to_who_is_drawn(seed: str, numbers: list[str], risk: int) -> None:
    for less, more in pairwise(SHARES):
        few = {n for n in numbers if is_drawn(seed, n, risk, less)}
        assert few <= {n for n in numbers if is_drawn(seed, n, risk, more)}
        assert few <= {n for n in numbers if is_drawn(seed, n, risk + 1, less)}


def test_of_many_about_the_share_is_drawn() -> None:
    numbers = [f"FS0001-01-260302-{n:04d}" for n in range(5000)]
    for share in SHARES:
        met = sum(is_drawn("5eed" * 8, number, 1, share) for number in numbers)
        assert abs(met / len(numbers) - share) < 0.02


@given(WEIGHED, st.randoms(use_true_random=False))
def test_a_digest_tells_the_population_and_its_weights_in_whatever_order(
    population: dict[str, int], random: Any
) -> None:
    rows = list(population.items())
    random.shuffle(rows)
    assert digest_of(rows) == digest_of(population.items())
    if population:
        number, risk = rows[0]
        assert digest_of({**population, number: risk + 1}.items()) != digest_of(population.items())
        assert digest_of(rows[1:]) != digest_of(population.items())


# what a case weighs


def accepted(**changes: Any) -> Case:
    counter = Counter(calendar=COVERED)
    whole = [replace(t, originals_seen=1) if t.copies_kept else t for t in ALL]
    return replace(counter.receive(whole), **changes)


def with_tally(tally: Tally) -> Case:
    case = accepted()
    return replace(case, tallies={**case.tallies, tally.material: tally})


@pytest.mark.parametrize(
    ("case", "weight", "codes"),
    [
        (accepted(), 1, ()),
        (with_tally(Tally(material="lease", copies_kept=1)), 2, ("copies",)),
        (with_tally(Tally(material="photo", electronic=2)), 2, ("electronic",)),
        (
            with_tally(
                Tally(
                    material="lease",
                    copies_kept=1,
                    originals_seen=1,
                    evidence=Evidence(case="x", material="lease", seen_on=MONDAY),
                )
            ),
            *(2, ("evidence",)),
        ),
        (accepted(owed=(b.Owed(material="lease", name="租赁合同", by=DueDay(MONDAY)),)), 4, ("provisional",)),
        (accepted(accepted=b.Accepted(accepted_on=MONDAY, deemed=True)), 3, ("deemed",)),
        (accepted(item=replace(accepted().item, handling=Handling.IMMEDIATE)), 2, ("fast",)),
    ],
)
def test_trust_that_was_given_weighs(case: Case, weight: int, codes: tuple[str, ...]) -> None:
    assert risk_of(case) == (weight, codes)
    assert set(codes) <= set(RISK_LABELS)
    assert weight <= MOST_RISK


def test_only_what_was_accepted_and_never_drawn_stands_in_a_draw() -> None:
    counter = Counter(calendar=COVERED)
    assert not may_be_drawn(counter.receive(without("form")))
    counter = Counter(calendar=COVERED)
    assert may_be_drawn(counter.receive())
    counter.say([Act("verification.drawn", counter.number, drawn(counter.number, MONDAY))], Role.SUPERVISOR)
    assert not may_be_drawn(counter.case)
    gone = Counter(calendar=COVERED)
    gone.receive()
    gone.say([Act("case.withdrawn", gone.number, b.Ended(on=MONDAY))])
    assert not may_be_drawn(gone.case)


# who may say what


def refusal(counter: Counter, kind: str, body: Any) -> str:
    with pytest.raises(Refused) as refused:
        counter.say([Act(kind, counter.number, body)], Role.SUPERVISOR)
    return refused.value.code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seed": "0" * 31}, "body-invalid"),
        ({"share": 0.0}, "body-invalid"),
        ({"share": 1.5}, "body-invalid"),
        ({"risk": 0}, "body-invalid"),
        ({"risk": MOST_RISK + 1}, "body-invalid"),
        ({"share": 1e-9}, "not-drawn"),
    ],
)
def test_a_draw_that_its_seed_does_not_tell_is_no_draw(changes: dict[str, Any], code: str) -> None:
    counter = Counter(calendar=COVERED)
    counter.receive()
    said = replace(drawn(counter.number, MONDAY), **changes)
    assert refusal(counter, "verification.drawn", said) == code


def test_central_takes_a_word_on_a_task_it_cannot_see_but_no_word_on_one_that_has_ended() -> None:
    """Who wrote offline could not know what was settled since; that a task is there the desk looks at."""
    counter = Counter(calendar=COVERED)
    counter.receive()
    body = sb.TaskConcluded(task="declined", outcome="founded")
    counter.say([Act("task.concluded", counter.number, body)], Role.SUPERVISOR)
    assert refusal(counter, "task.concluded", body) == "task-concluded"
    for task in ("nonsense", "declined:" + "x" * 200):
        assert refusal(counter, "task.assigned", sb.TaskAssigned(task=task, to="S2")) == "task-unknown"
    assert refusal(counter, "task.concluded", sb.TaskConcluded(task="verify", outcome="x")) == "body-invalid"
    assert refusal(counter, "task.assigned", sb.TaskAssigned(task="breach:2", to="S" * 1001)) == "body-invalid"


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("case.extended", sb.Extended(on=MONDAY, days=5, reason="核实", approved_by="长"), "dates-not-moved"),
        ("verification.done", sb.VerificationDone(passed=True, evidence="电话"), "not-drawn"),
        ("mark.added", sb.MarkAdded(reason="伪造", basis="条例", material="none"), "material-unknown"),
        ("mark.added", sb.MarkAdded(reason="伪造", basis="条例", until=MONDAY - timedelta(days=1)), "body-invalid"),
        ("case.urged", sb.Urged(to=" ", text="快", answer_by=DueDay(MONDAY)), "to-missing"),
        ("act.undone", sb.Undone(ask="x", task="declined", agrees=True), "not-asked"),
        ("act.undo_asked", sb.UndoAsked(entry="x", task="declined", reason="错"), "not-undoable"),
        ("rating.given", sb.RatingGiven(level=0), "body-invalid"),
        ("rating.given", sb.RatingGiven(level=6), "body-invalid"),
    ],
)
def test_what_does_not_fit_the_case_is_refused_at_both_ends(kind: str, body: Any, code: str) -> None:
    counter = Counter(calendar=COVERED)
    counter.receive()
    assert refusal(counter, kind, body) == code


def test_a_mark_stands_through_its_last_day() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive()
    until = date(2026, 3, 31)
    counter.say(
        [Act("mark.added", counter.number, sb.MarkAdded(reason="伪造", basis="条例", until=until))], Role.SUPERVISOR
    )
    assert marked(counter.case, until)
    assert not marked(counter.case, until + timedelta(days=1))


# what needs a person


def test_a_debt_and_the_clocks_are_there_while_they_run() -> None:
    counter = Counter(calendar=COVERED)
    counter.receive(without("lease"), Decide.PROVISIONAL)
    assert {clock.key for clock in clocks_of(counter.case)} == {"clock:promised", "clock:statutory", "debt"}
    counter.supplement(Tally(material="lease", copies_kept=1))
    assert "debt" not in keys_of(counter.case)


def test_every_task_of_a_case_has_a_key_of_its_own() -> None:
    counter = Counter(permit=replace(PERMIT, visits_cap=1), calendar=COVERED)
    counter.receive(without("form", "card"))
    for _ in range(3):
        counter.say([Act("visit.recorded", counter.number, b.Visited(on=MONDAY))])
    keys = [task.key for task in tasks_of(counter.case)]
    assert len(keys) == len(set(keys))
    assert {"visits:2", "visits:3", "visits:4"} <= set(keys)
