"""Changing who works at the window: at once, to their own screens, and nobody sees what another has not finished."""

from __future__ import annotations

from pathlib import Path

from clerk_app.domain.kinds import State
from clerk_app.domain.people import Person, Role
from screens.dialogs import Choose, Confirm
from screens.intake.screen import Intake
from screens.lock.screen import Lock
from screens.parking import MOST
from screens.sign_in.screen import SignIn
from screens.visitor.screen import Visitor
from tests.support.client import CLERK, COURIER, ID_NUMBER, PASSWORD, SECOND, SUPERVISOR, Client, opened
from tests.support.screen_dump import dump


async def begin_intake(client: Client, name: str = "样例甲") -> None:
    await client.type(f"jzz\n{ID_NUMBER}\n{name}\n13800000000\n1aa")


async def come(client: Client, person: Person) -> None:
    """Sign in on the lock screen for somebody else."""
    await client.press("f12", "1")
    await client.type(f"{person.number}\n{PASSWORD}\n")


async def test_another_clerk_works_at_once_and_the_first_finds_everything_as_it_was(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await begin_intake(client)
        before, focus = dump(client.app), client.app.focused
        await come(client, SECOND)
        assert isinstance(client.app.screen, Intake)
        assert not client.app.screen.begun
        assert "李样例 C0002" in dump(client.app)
        assert "样例甲" not in dump(client.app).replace("李样例", "")
        await begin_intake(client, "样例乙")
        await client.press("f9", "enter", "enter")
        await come(client, CLERK)

        after = dump(client.app)
        assert after.splitlines()[1:] == before.splitlines()[1:]
        assert client.app.focused is focus
        await client.type("aaa")
        await client.press("f9", "enter")
        journal = client.records.journal()
        assert {(r.entry.actor, s) for r in journal if (s := r.entry.kind) == "case.received"} == {
            ("C0001", "case.received"),
            ("C0002", "case.received"),
        }
        assert {s.applicant: s.state for s in client.records.summaries()} == {
            "样例甲": State.ACCEPTED,
            "样例乙": State.NOTIFIED,
        }


async def test_another_clerk_takes_over_a_locked_window(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await begin_intake(client)
        await client.press("f11", "shift+tab", "ctrl+u")
        await client.press(*["backspace"] * 8)
        await client.type(f"{SECOND.number}\n{PASSWORD}\n")

        assert isinstance(client.app.screen, Intake)
        assert "李样例 C0002" in dump(client.app)
        assert not client.app.screen.begun


async def test_whose_work_lies_here_is_said_but_not_what_it_is(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await begin_intake(client)
        await come(client, SECOND)
        await client.wait(120)
        await client.press("f11")
        shown = dump(client.app)

        assert "王样例（C0001）没有办完的内容，2 分钟前离开" in shown
        assert "样例甲" not in shown
        assert ID_NUMBER not in shown


async def test_areas_and_searches_are_each_persons_own(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.press("f3")
        await client.type(ID_NUMBER)
        assert ID_NUMBER in dump(client.app)
        await come(client, SECOND)
        await client.press("f3")
        assert ID_NUMBER not in dump(client.app)
        await come(client, CLERK)

        assert client.app.area == "cases"
        assert ID_NUMBER in dump(client.app)


async def test_signing_out_for_good_throws_away_what_is_half_done_after_asking(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await begin_intake(client)
        seen = []
        for keys in (["f12"], ["2"], ["escape"], ["f12", "2", "enter"]):
            await client.press(*keys)
            seen.append(type(client.app.screen))
        assert seen == [Choose, Confirm, Intake, SignIn]
        await client.sign_in()

        assert isinstance(client.app.screen, Intake)
        assert not client.app.screen.begun


async def test_parked_work_outlasts_another_persons_signing_out(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await begin_intake(client)
        await come(client, SECOND)
        await client.press("f12", "2")
        assert isinstance(client.app.screen, SignIn)
        assert "王样例（C0001）没有办完的内容" in dump(client.app)
        await client.sign_in()

        assert isinstance(client.app.screen, Intake)
        assert client.app.screen.begun


async def test_the_change_can_be_called_off(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await begin_intake(client)
        before = dump(client.app)
        await client.press("f12", "escape")

        assert dump(client.app) == before


async def test_the_change_asks_for_a_password_even_of_who_just_left(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.press("f12", "1", "escape", "enter")

        assert isinstance(client.app.screen, Lock)


def crowd(count: int) -> list[Person]:
    return [Person(number=f"C1{n:03}", name=f"第{n}人", role=Role.CLERK, points=("FS0001",)) for n in range(count)]


async def test_beyond_the_most_that_is_kept_the_oldest_is_asked_about(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        people = crowd(MOST + 2)
        client.authority.people += people
        await client.sign_in(people[0])
        await begin_intake(client)
        for one in people[1 : MOST + 1]:
            client.ticks.now += 60
            await come(client, one)
            await begin_intake(client)
        await come(client, people[MOST + 1])
        assert isinstance(client.app.screen, Confirm)
        assert "第0人（C1000）没有办完的内容将清空" in dump(client.app).replace("\n", "").replace(" ", "")
        await client.press("escape")
        assert isinstance(client.app.screen, Lock), "nobody came"
        assert client.app.services.gate.current() is None
        await client.press("shift+tab", "ctrl+u", "tab")
        await client.sign_in(people[0])

        assert isinstance(client.app.screen, Intake)
        assert client.app.screen.begun


async def test_the_oldest_goes_only_after_yes_and_the_others_stay(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        people = crowd(MOST + 2)
        client.authority.people += people
        await client.sign_in(people[0])
        await begin_intake(client)
        for one in people[1 : MOST + 1]:
            await come(client, one)
            await begin_intake(client)
        await come(client, people[MOST + 1])
        await client.press("enter")
        assert isinstance(client.app.screen, Intake)
        await come(client, people[1])
        assert isinstance(client.app.screen, Intake)
        assert client.app.screen.begun
        await come(client, people[0])

        assert isinstance(client.app.screen, Intake)
        assert not client.app.screen.begun


async def test_a_place_where_nothing_was_begun_makes_room_without_a_question(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        people = crowd(2 * MOST)
        client.authority.people += people
        await client.sign_in(people[0])
        await begin_intake(client)
        for one in people[1:]:
            await come(client, one)
            assert isinstance(client.app.screen, Intake)
        assert len(client.app.parking.parked) == MOST
        await come(client, people[0])

        assert isinstance(client.app.screen, Intake)
        assert client.app.screen.begun


async def test_a_question_to_somebody_who_went_away_is_answered_no(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as client:
        people = crowd(MOST + 2)
        client.authority.people += people
        await client.sign_in(people[0])
        await begin_intake(client)
        for one in people[1 : MOST + 1]:
            await come(client, one)
            await begin_intake(client)
        await come(client, people[MOST + 1])
        assert isinstance(client.app.screen, Confirm)
        await client.wait(400)

        assert isinstance(client.app.screen, Lock)
        assert client.app.services.gate.current() is None


async def test_who_central_shuts_out_mid_session_loses_the_desk_and_no_draft(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await begin_intake(client)
        client.records.put_meta("barred", b'["C0001"]')
        await client.wait(1)
        assert isinstance(client.app.screen, SignIn)
        shown = dump(client.app)
        assert "市中心已不认可王样例（C0001）的登录" in shown
        assert "样例甲" not in shown.replace("王样例", "")
        client.authority.reachable = False
        await client.sign_in()
        assert isinstance(client.app.screen, SignIn)
        client.authority.reachable = True
        await client.sign_in()

        assert isinstance(client.app.screen, Intake)
        assert client.app.screen.begun, "central lets them in again, and the draft is there"


async def test_a_courier_is_told_what_there_is_for_them_and_reaches_no_case(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await begin_intake(client)
        await client.press("f9", "enter", "enter")
        await come(client, COURIER)
        assert isinstance(client.app.screen, Visitor)
        shown = dump(client.app)
        assert "孙样例（Y0001）  揽收员" in shown
        assert "网络      在线" in shown
        assert "样例甲" not in shown
        await client.press("f2", "f3", "f6", "ctrl+r")

        assert isinstance(client.app.screen, Visitor)
        await client.press("f12", "2")
        assert isinstance(client.app.screen, SignIn)


async def test_somebody_whose_role_changed_gets_the_screens_of_the_new_one(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await begin_intake(client)
        await come(client, SUPERVISOR)
        moved = Person(number=CLERK.number, name=CLERK.name, role=Role.COURIER, points=CLERK.points)
        client.authority.people[0] = moved
        client.clock.wait(1)
        await come(client, moved)
        assert isinstance(client.app.screen, Visitor)


async def test_papers_are_put_away_at_lock_switch_and_sign_out(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        assert client.put_away == 0
        await client.press("f11")
        assert client.put_away == 1
        await client.type(f"{PASSWORD}\n")
        await come(client, SECOND)
        assert client.put_away == 2
        await client.press("f12", "2")
        assert client.put_away == 3


async def test_a_folder_of_papers_that_cannot_be_emptied_keeps_nobody_from_locking(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        client.papers_stuck = True
        await client.press("f11")
        assert isinstance(client.app.screen, Lock)
        assert client.app.services.gate.current() is None
        await client.type(f"{PASSWORD}\n")
        assert isinstance(client.app.screen, Intake)
