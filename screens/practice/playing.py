"""The lesson that is on: begun, gone on with and ended by keys, from any screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.signal import Signal

from clerk_app.seat import Refused
from screens.base import AreaScreen
from screens.dialogs import Choose, Notice, Option
from screens.practice.words import desk_words, lesson_note, score_words

if TYPE_CHECKING:
    from clerk_app.practice.coach import Coach, Finished
    from clerk_app.practice.lesson import Scene
    from screens.app import ClerkApp

GO_ON, FINISH, AGAIN, OTHER = "go-on", "finish", "again", "other"


class Playing:
    """What the keys of a practice do."""

    def __init__(self, app: ClerkApp, coach: Coach) -> None:
        self._app = app
        self.coach = coach
        self.changed: Signal[None] = Signal(app, "practice")
        """Told whenever the strip has to be drawn anew."""

    def possible(self, what: str) -> bool:
        """Whether a key means anything now: over a dialog one may listen, and no more."""
        return not self._app.screen.is_modal or (what == "next" and self.coach.scene is not None)

    def do(self, what: str) -> None:
        """Go on: ``next`` words, the ``papers`` on the desk, or ``finish``."""
        screen = self._app.screen
        if self.coach.scene is not None and what == "next":
            if not self.coach.say_next():
                self._app.bell()
            self._tell()
        elif not isinstance(screen, AreaScreen):
            return
        elif self.coach.scene is None:
            self._choose(screen)
        elif what == "papers":
            screen.open(Notice("桌上的材料", desk_words(self.coach.scene)))
        else:
            self._end(screen)

    def begin_wanted(self) -> None:
        """Begin the lesson the command named, once somebody has signed in."""
        wanted, self.coach.wanted = self.coach.wanted, None
        if wanted is not None:
            self._begin(wanted.id)

    def _choose(self, screen: AreaScreen) -> None:
        options = [Option(one.id, one.title, lesson_note(one, self.coach.best(one))) for one in self.coach.lessons]
        screen.open(Choose("练习：选一课", options), lambda chosen: self._begin(chosen) if chosen else None)

    def _begin(self, chosen: str) -> None:
        lesson = next(one for one in self.coach.lessons if one.id == chosen)
        self._app.desk_work.do(lambda: self.coach.begin(lesson), self._begun, self._refused)

    def _begun(self, scene: Scene) -> None:
        self._tell()
        self._app.revision += 1
        self._app.look_at_line()
        screen = self._app.screen
        if isinstance(screen, AreaScreen):
            screen.open(
                Notice(f"练习：{scene.lesson.title}", f"{scene.lesson.about}\n\n桌上的材料\n{desk_words(scene)}")
            )

    def _end(self, screen: AreaScreen) -> None:
        options = [
            Option(FINISH, "办完了，看评分", "按登记的内容判断"),
            Option(AGAIN, "重来这一课", "换一位申请人，这次不评分"),
            Option(OTHER, "换一课", "这次不评分"),
            Option(GO_ON, "接着办", "回到原处"),
        ]
        screen.open(Choose("练习：结束这一课", options), lambda what: self._ended(screen, what or GO_ON))

    def _ended(self, screen: AreaScreen, what: str) -> None:
        scene = self.coach.scene
        if scene is None or what == GO_ON:
            return
        if what == FINISH:
            self._app.desk_work.do(self.coach.finish, self._finished, self._refused)
        elif what == AGAIN:
            self._begin(scene.lesson.id)
        else:
            self.coach.leave()
            self._tell()
            self._choose(screen)

    def _finished(self, done: Finished | None) -> None:
        self._tell()
        screen = self._app.screen
        if done is not None and isinstance(screen, AreaScreen):
            screen.open(Notice(f"评分：{done.scene.lesson.title} {done.score.total} 分", score_words(done)))

    def _refused(self, refused: Refused) -> None:
        screen = self._app.screen
        if isinstance(screen, AreaScreen):
            screen.show_refusal(refused)

    def _tell(self) -> None:
        self.changed.publish(None)
