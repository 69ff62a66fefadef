"""When a file in the scanner's folder counts: told from what was seen when, without a disk and without a clock."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.devices.original import Stamp
from clerk_app.devices.settling import Seen, Settling, counted

FOLDER = Path("/scans")


def stamp(size: int = 10, changed: int = 1, inode: int = 1) -> Stamp:
    return Stamp(1, inode, size, changed)


def whole(name: str, of: Stamp) -> Seen:
    return Seen(path=FOLDER / name, stamp=of, media="image/png", pages=1)


def spoilt(name: str, of: Stamp) -> Seen:
    return Seen(path=FOLDER / name, stamp=of, refused="不完整")


def test_a_file_is_read_once_it_stood_still_and_then_waits() -> None:
    watched = Settling(steady=1.0)
    assert watched.look({"a": stamp()}, 0.0) == []
    assert watched.rest(0.0) == 1.0
    assert watched.look({"a": stamp()}, 0.9) == []
    assert watched.look({"a": stamp()}, 1.0) == ["a"]
    watched.tell(whole("a", stamp()), 1.0)

    assert [seen.path.name for seen in watched.waiting()] == ["a"]
    assert watched.rest(1.0) is None
    assert watched.look({"a": stamp()}, 99.0) == []


def test_a_file_that_grows_is_not_read_before_it_stands_still() -> None:
    watched = Settling(steady=1.0)
    for n in range(100):
        assert watched.look({"a": stamp(size=n, changed=n)}, n * 0.5) == []
    assert watched.look({"a": stamp(size=99, changed=99)}, 51.0) == ["a"]


def test_one_that_pauses_in_the_middle_is_not_refused_before_patience_is_over() -> None:
    watched = Settling(steady=1.0, patience=30.0)
    watched.look({"a": stamp()}, 0.0)
    assert watched.look({"a": stamp()}, 1.0) == ["a"]
    watched.tell(spoilt("a", stamp()), 1.0, partial=True)
    assert watched.waiting() == ()

    assert watched.look({"a": stamp(size=20, changed=2)}, 8.0) == []
    assert watched.look({"a": stamp(size=20, changed=2)}, 9.0) == ["a"]
    watched.tell(whole("a", stamp(size=20, changed=2)), 9.0)
    assert counted(watched.waiting()) == 1


def test_one_that_never_becomes_whole_is_told_with_the_reason() -> None:
    watched = Settling(steady=1.0, patience=30.0)
    watched.look({"a": stamp()}, 0.0)
    watched.look({"a": stamp()}, 1.0)
    watched.tell(spoilt("a", stamp()), 1.0, partial=True)
    assert watched.look({"a": stamp()}, 31.0) == ["a"]
    watched.tell(spoilt("a", stamp()), 31.0, partial=True)

    assert [seen.refused for seen in watched.waiting()] == ["不完整"]
    assert counted(watched.waiting()) == 0


def test_what_was_read_of_a_file_that_changed_meanwhile_does_not_count() -> None:
    watched = Settling(steady=1.0)
    watched.look({"a": stamp()}, 0.0)
    watched.look({"a": stamp(changed=2)}, 1.0)
    watched.tell(whole("a", stamp()), 1.0)
    assert watched.waiting() == ()


def test_a_file_in_hand_waits_for_nobody_until_it_is_let_go() -> None:
    watched = Settling(steady=0.0)
    watched.look({"a": stamp()}, 0.0)
    watched.tell(whole("a", stamp()), 0.0)
    watched.claim(FOLDER / "a", stamp())
    assert watched.waiting() == ()
    watched.look({"a": stamp()}, 1.0)
    assert watched.claimed(FOLDER / "a") == stamp()
    watched.let_go(FOLDER / "a")
    assert counted(watched.waiting()) == 1


def test_a_file_that_takes_the_place_of_one_in_hand_is_another() -> None:
    watched = Settling(steady=0.0)
    watched.look({"a": stamp()}, 0.0)
    watched.claim(FOLDER / "a", stamp())
    assert watched.look({"a": stamp(inode=2)}, 1.0) == ["a"]
    assert watched.claimed(FOLDER / "a") is None


def test_of_ten_thousand_files_the_newest_are_looked_at_first_and_the_others_take_their_turn() -> None:
    watched = Settling(steady=0.0, most=500)
    found = {f"{n:05}": stamp(changed=n) for n in range(10_000)}
    due = watched.look(found, 0.0)
    assert (len(due), due[0], watched.beyond) == (500, "09999", 9_500)
    for name in due:
        watched.tell(whole(name, found[name]), 0.0)
        del found[name]
    assert watched.look(found, 1.0)[0] == "09499"


@given(steps=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.booleans(), st.booleans()), max_size=40))
def test_only_what_lies_there_as_it_was_read_ever_waits(steps: list[tuple[str, int, bool, bool]]) -> None:
    watched = Settling(steady=1.0, patience=3.0)
    there: dict[str, Stamp] = {}
    for now, (name, size, stays, good) in enumerate(steps):
        if stays:
            there[name] = stamp(size=size, changed=size)
        else:
            there.pop(name, None)
        for due in watched.look(dict(there), float(now)):
            seen = whole(due, there[due]) if good else spoilt(due, there[due])
            watched.tell(seen, float(now), partial=not good)
        assert all(there.get(seen.path.name) == seen.stamp for seen in watched.waiting())
