"""Whatever is done to a window's file: after opening and one round with central everything central had is back.

No case number is given twice, and every own entry central never had is either there or in the list of losses.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clerk_app.domain.journal import Entry, verify_chain
from clerk_app.line import LineRefused
from clerk_app.store.books.losses import LossState
from tests.support.booth import Booth, Town, booth, town
from tests.support.bridge import LoopThread
from tests.support.broken import PAGE
from tests.support.story import ALL, PERMIT, without

KEYS = (bytes(range(1, 33)), bytes(range(2, 34)))
HARMS = ("zero", "flip", "noise", "cut", "swap", "old page", "old file", "gone", "log gone", "log bent")


def harm(folder: Path, older: dict[str, bytes], how: str, chance: random.Random) -> None:
    """Do one thing to the closed store's files; ``older`` is an earlier state of them."""
    file = folder / "store.db"
    raw = bytearray(file.read_bytes() if file.exists() else b"")
    count = max(1, len(raw) // PAGE)
    page = chance.randrange(count) * PAGE
    match how:
        case "zero":
            raw[page : page + PAGE] = bytes(min(PAGE, len(raw) - page))
        case "flip" if raw:
            for _ in range(chance.randint(1, 20)):
                raw[chance.randrange(len(raw))] ^= chance.randint(1, 255)
        case "noise":
            raw[page : page + PAGE] = chance.randbytes(min(PAGE, len(raw) - page))
        case "cut":
            del raw[chance.randrange(len(raw) + 1) :]
        case "swap":
            other = chance.randrange(count) * PAGE
            raw[page : page + PAGE], raw[other : other + PAGE] = raw[other : other + PAGE], raw[page : page + PAGE]
        case "old page":
            old = older["store.db"][page : page + PAGE]
            raw[page : page + len(old)] = old
        case "old file":
            raw = bytearray(older["store.db"])
        case "log gone" | "log bent" if (folder / "store.db-wal").exists():
            log = bytearray((folder / "store.db-wal").read_bytes())
            if how == "log gone" or not log:
                log.clear()
            else:
                log[chance.randrange(len(log))] ^= 255
            (folder / "store.db-wal").write_bytes(bytes(log))
    if how == "gone":
        file.unlink(missing_ok=True)
    else:
        file.write_bytes(bytes(raw))


def work(one: Booth, two: Booth, chance: random.Random, numbers: list[str]) -> None:
    """Do a morning's work at both windows."""
    for _ in range(chance.randint(2, 8)):
        window = chance.choice((one, one, two))
        numbers.append(window.receive(chance.choice((ALL, without("form"), without("lease")))))
        if chance.random() < 0.4:
            window.desk.remark(chance.choice([s.number for s in window.records.summaries()]), "备注")
        if chance.random() < 0.3:
            window.sync()


def entries_of(window: Booth) -> dict[int, Entry]:
    return {r.entry.n: r.entry for r in window.own()}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@example(seed=5614, hows=["log gone", "swap"])
@example(seed=2382, hows=["log bent", "log gone", "swap"])
@given(seed=st.integers(0, 1 << 32), hows=st.lists(st.sampled_from(HARMS), min_size=1, max_size=3))
def test_what_central_had_is_back_and_the_rest_is_there_or_named(loop: LoopThread, seed: int, hows: list[str]) -> None:
    chance = random.Random(seed)
    numbers: list[str] = []
    with tempfile.TemporaryDirectory() as name, town(loop, Path(name)) as here:
        folder = Path(name) / "one"
        seats = [here.enrol(key) for key in KEYS]
        with booth(seats[1], Path(name) / "two", here.clock, here.bridge, key=KEYS[1]) as two:
            two.sync()
            with booth(seats[0], folder, here.clock, here.bridge, key=KEYS[0]) as one:
                one.sync()
                work(one, two, chance, numbers)
                one.records.vault.checkpoint()
                older = {path.name: path.read_bytes() for path in folder.glob("store.db*")}
                work(one, two, chance, numbers)
                two.sync()
                written = entries_of(one)
                live = Path(name) / "live"
                shutil.copytree(folder, live)  # with its log, as after a power cut
            shutil.rmtree(folder)
            live.rename(folder)
            for how in hows:
                harm(folder, older, how, chance)
            with booth(seats[0], folder, here.clock, here.bridge, key=KEYS[0]) as one:
                again(one, here, written, numbers)


def again(one: Booth, here: Town, written: dict[int, Entry], numbers: list[str]) -> None:
    with contextlib.suppress(LineRefused):
        one.sync()
    if one.records.examine():  # damage that only reading every row has shown
        with contextlib.suppress(LineRefused):
            one.records.heal()
            one.sync()
    lost = {n for x in one.records.losses() if x.state is LossState.OPEN for n in range(x.first, x.last + 1)}
    missing = {n for gap in one.records.gaps() for n in range(gap.first, gap.last + 1)}
    own = entries_of(one)
    assert lost == missing
    assert own.items() <= written.items(), "nothing is invented"
    assert own.keys() | lost == written.keys()
    central = {r.entry.n for r in here.feed() if r.entry.window == one.seat.window}
    assert central <= own.keys()
    held = {r.entry.id for r in one.records.journal()}
    assert {r.entry.id for r in here.feed()} <= held
    assert [item.code for item in one.records.items()] == [PERMIT.code]
    number = one.receive()
    assert number not in numbers, "no case number is given twice"
    if not lost:
        one.sync()
        assert one.cases() == here.cases()
        assert one.records.rebuild() == []
        assert verify_chain(sorted((r.entry for r in one.own()), key=lambda entry: entry.n)) is None
