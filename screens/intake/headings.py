"""What an intake says of itself: in its headings, in the verdict bar, and beside the line the cursor is on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from clerk_app.domain.draft import Draft, DraftAssessment
from clerk_app.domain.joint import questions
from screens.checking import Line
from screens.text import clean
from screens.words import draft_words, material_words, verdict_words

if TYPE_CHECKING:
    from clerk_app.desk import Hit
    from screens.intake.screen import Intake


def tell(screen: Intake) -> None:
    """Say in the headings and the verdict bar how things stand."""
    draft = screen.draft
    found = screen.assessment()
    plans = [screen.desk.planned(item.code) for item in draft.items] if draft else []
    screen.part("item").tell(
        "；".join(filter(None, (draft_words(draft), *plans))) if draft else "", filled=draft is not None
    )
    screen.part("who").tell(screen.form.summary(), filled=not screen.form.empty)
    asked = questions(draft.items) if draft else ()
    answered = [a.label for q in asked for a in q.answers if draft and draft.answers.get(q.id) == a.id]
    none = "没有需要选择的情形" if draft and not asked else ""
    screen.part("which").tell("；".join(answered) or none, filled=bool(answered))
    screen.part("papers").tell(_progress(screen, found), filled=found is not None)
    verdict = screen.query_one("#verdict", Static)
    words, tone = ("输入事项名称或拼音首字母，回车选定", "dim")
    if found is not None:
        words, tone = verdict_words(found, len(screen.checklist.sheet.unlooked()))
    verdict.set_classes(f"-{tone}")
    verdict.update(Content(clean(f" 结论  {words}" if found else f" {words}")))


def _progress(screen: Intake, found: DraftAssessment | None) -> str:
    if found is None:
        return ""
    if not screen.checklist.sheet.looked:
        return f"应收 {found.due} 项"
    return f"应收 {found.due} 项，已核 {found.due - len(screen.checklist.sheet.unlooked())} 项，欠缺 {len(found.deficits)} 项"


def begin_draft(hits: list[Hit], begin: Callable[..., Draft], items_of: Callable[[str], tuple[str, ...]]) -> Draft:
    """Return a draft over what was picked; a joint service among several counts as its items."""
    if len(hits) == 1 and hits[0].kind == "joint":
        return begin([], hits[0].key)
    codes = [code for hit in hits for code in (items_of(hit.key) if hit.kind == "joint" else (hit.key,))]
    return begin(codes)


def line_details(line: Line | None) -> tuple[str, list[tuple[str, str]]]:
    """Return title and texts of the pane beside the checklist."""
    if line is None:
        return "", []
    pairs = material_words(line.material)
    if line.deficit is not None and (line.looked or not line.tally.empty):
        pairs.insert(0, ("欠缺", line.deficit.cure))
    if line.offered is not None:
        pairs.insert(0, ("旧验", f"{line.offered.seen_on} 在 {line.offered.case} 中核验过，按 r 采用"))
    return f"{line.number} {line.material.name}", pairs
