"""What a practice says on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.text import clean
from screens.widgets.prose import Para

if TYPE_CHECKING:
    from clerk_app.practice.coach import Coach, Finished
    from clerk_app.practice.judging import Point
    from clerk_app.practice.lesson import Lesson, Said, Scene

NOTHING_ON = "Ctrl+N 选一课"


def lesson_note(lesson: Lesson, best: int | None) -> str:
    """Return what a menu says of a lesson."""
    return f"最好 {best} 分" if best is not None else "还没有练过"


def strip_paras(coach: Coach, *, tall: bool) -> list[Para]:
    """Return what the strip shows: the lesson, the last words, and where there is room those before and the desk."""
    scene = coach.scene
    if scene is None:
        return [Para([("练习  ", "accent"), (NOTHING_ON, "")]), Para([("人和件都是样例，什么都不会上报", "dim")])]
    head = f"练习 {scene.lesson.title}"
    more = "Ctrl+N 下一句" if coach.said < len(scene.words) else "话说完了"
    keys = f"  {coach.said}/{len(scene.words)}句  {more}  Ctrl+G 桌上材料  Ctrl+Y 评分"
    words = coach.words()
    shown = [_said(one, "dim") for one in words[-3:-1]] if tall else []
    shown += [_said(one, "") for one in words[-1:]]
    rest = [Para([("桌上  ", "dim"), ("、".join(paper.name for paper in scene.papers), "dim")], 6)] if tall else []
    return [Para([(head, "accent"), (keys, "dim")]), *shown, *rest]


def _said(said: Said, tone: str) -> Para:
    return Para([(f"{said.who}：", tone or "strong"), (clean(said.text), tone)], 2)


def desk_words(scene: Scene) -> str:
    """Return the papers on the desk, one a paragraph."""
    return "\n".join(
        f"{n}. {clean(scene.filled(one.name))}\n   {clean(one.looks)}" for n, one in enumerate(scene.papers, 1)
    )


def score_words(done: Finished) -> str:
    """Return how a lesson came out."""
    minutes, seconds = divmod(done.result.seconds, 60)
    least = done.scene.lesson.least_trips
    trips = f"申请人要跑 {done.score.trips} 趟" + (f"（本可以 {least} 趟）" if done.score.trips > least else "")
    lines = [f"{done.score.total} 分  用时 {minutes} 分 {seconds} 秒  {trips}  历次最好 {done.best} 分", ""]
    if done.score.missed:
        lines += ["漏掉的：", *(line for point in done.score.missed for line in _missed(point)), ""]
    if done.score.met:
        lines += ["做到的：", *(f"  [对] {point.weight:>2} 分  {point.wanted}" for point in done.score.met)]
    return "\n".join(lines)


def _missed(point: Point) -> list[str]:
    source = f"（{point.source}）" if point.source else ""
    return [f"  [漏] {point.weight:>2} 分  {point.wanted}", f"              {point.advice}{source}"]
