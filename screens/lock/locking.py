"""When the window is locked, and how somebody gets back in: the screens behind stay as they are, and none of them shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.dialogs import Choose, Confirm, Notice, Option
from screens.parking import FOR_VISITORS, Place

if TYPE_CHECKING:
    from clerk_app.domain.people import Person
    from screens.app import ClerkApp

MODE = "lock"
SIGN_IN = "sign-in"
STAY, LEAVE = "stay", "leave"


class Locking:
    """Locks after a while without key or mouse, or at once; lets people in, one after the other, to their own screens."""

    def __init__(self, app: ClerkApp) -> None:
        self._app = app
        self._touched = app.services.ticks()
        self._told = False
        self.changing = False
        """Whether the window was locked for somebody else to come, and not for the same person to go on."""
        self.parting = ""
        """What is said on the next screen for signing in, because somebody was sent there."""

    @property
    def locked(self) -> bool:
        """Whether the window is locked."""
        return self._app.current_mode == MODE

    def touch(self) -> None:
        """Somebody struck a key or moved the mouse."""
        self._touched = self._app.services.ticks()

    def tick(self) -> None:
        """Lock when nobody has been here for long enough; work whose outcome is about to be shown is waited for."""
        app = self._app
        if app.services.ticks() - self._touched < app.services.lock_after or not app.gate.idle:
            return
        if app.desk is not None:
            self.lock()
        elif self.locked and (stack := app.screens_of(MODE)) and stack[-1].is_modal:
            stack[-1].dismiss(None)  # a question to somebody who has given their password, and went away

    def lock(self, *, changing: bool = False) -> None:
        """Lock now; ``changing``: for somebody else."""
        app = self._app
        if app.desk is None:
            return
        self.changing = changing
        self._clear_away()
        app.switch_mode(MODE)
        app.desk_work.do(self._put_away, _nothing, _nothing, hold=False)
        app.look_at_line()

    def let_in(self, person: Person) -> None:
        """Bring somebody who gave their password to their screens; asks where others' half-done work would have to go."""
        app = self._app
        over = app.parking.too_many(person)
        if over is None:
            self._enter(person)
            return

        def sure(yes: bool | None) -> None:
            if yes:
                app.parking.forget(over)
                self._enter(person)
            else:
                app.desk_work.do(app.services.gate.sign_out, _nothing, _nothing)

        who = f"{over.person.name}（{over.person.number}）"
        words = (
            f"本窗口已替多人留着没有办完的内容。您继续登录，最早离开的{who}没有办完的内容将清空；已登记的办件都还在。"
        )
        app.push_screen(Confirm("留存已满", words), sure)

    def ask_change(self) -> None:
        """Ask whether somebody else comes, or whoever is here leaves for good."""
        place = self._app.parking.here
        if place is None:
            return
        begun = self._app.parking.begun(place)
        kept = "没有办完的内容留着，回来登录接着办" if begun else "界面留着，回来登录接着办"
        lost = "没有办完的内容将清空；已登记的办件都还在" if begun else "已登记的办件都还在"
        options = [Option(STAY, "换人", kept), Option(LEAVE, "退出登录", lost)]
        self._app.push_screen(Choose(f"换人：{place.person.name}（{place.person.number}）离开", options), self._chosen)

    def shut_out(self, why: str) -> None:
        """Central takes whoever is here no more: their screens are put aside, and it is said why."""
        self._clear_away()
        self._app.parking.leave()
        self._to_sign_in(why)

    def _chosen(self, how: str | None) -> None:
        place = self._app.parking.here
        if how == STAY:
            self.lock(changing=True)
        elif how == LEAVE and place is not None:
            if not self._app.parking.begun(place):
                self._sign_out(True)
                return
            words = "没有办完的收件内容将清空，不能找回；已登记的办件都还在。"
            self._app.push_screen(Confirm("退出登录", words), self._sign_out)

    def _sign_out(self, sure: bool | None) -> None:
        if sure:
            gone = self._app.services.gate.sign_out
            self._app.desk_work.do(gone, lambda _: self._signed_out(), lambda _: self._signed_out())

    def _signed_out(self) -> None:
        place = self._app.parking.here
        self._clear_away()
        self._to_sign_in("")
        if place is not None:
            self._app.parking.forget(place)

    def _to_sign_in(self, words: str) -> None:
        app = self._app
        self.parting = words
        app.switch_mode(SIGN_IN)
        app.desk_work.do(app.services.put_papers_away, _nothing, _nothing, hold=False)
        app.parking.leave()
        app.look_at_line()

    def _enter(self, person: Person) -> None:
        app = self._app
        place = app.parking.enter(person)
        self.changing, self.parting = False, ""
        self.touch()
        app.switch_mode(place.mode())
        app.look_at_line()
        if not self._told and place.areas != FOR_VISITORS:
            self._told = True
            app.desk_work.do(app.services.notices, lambda found: self._tell(place, found), _nothing)

    def _tell(self, place: Place, notices: list[str]) -> None:
        """What was repaired at the start is said once, to the first who works here."""
        if notices:
            self._app.push_screen(Notice("本机的情况", "\n".join(notices)), mode=place.mode())

    def _clear_away(self) -> None:
        """Nothing that was shown or copied is there for the next one."""
        app = self._app
        app.parking.conceal()
        app.clear_notifications()
        if app.clipboard:
            app.copy_to_clipboard("")

    def _put_away(self) -> None:
        """The part that needs the disk; a disk that fails keeps nobody from locking."""
        services = self._app.services
        try:
            services.put_papers_away()
        finally:
            services.gate.lock()


def _nothing(_: object) -> None:
    """There is nothing to be said: the window is locked, whatever the disk answers."""
