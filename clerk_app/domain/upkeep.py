"""Rules over acts that decide nothing: where a case is handled, and the scans that hang on it."""

from __future__ import annotations

from collections.abc import Collection

from clerk_app.domain import bodies as b
from clerk_app.domain.case import Case
from clerk_app.domain.journal import CENTRAL, Entry, is_digest, point_of
from clerk_app.domain.kinds import KINDS, is_oversight
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.scan_content import JPEG, MAX_BYTES, MAX_PAGES, PDF, PNG


def elsewhere_refusal(case: Case, entry: Entry, reach: Collection[str] = ()) -> Refusal | None:
    """Return why this window's point may not decide over the case any more, or ``None``.

    Conflicts are settled wherever they are seen; what only a supervisor says, whoever answers for the point (``reach``) says from
    any of theirs; the departments speak through central and are nowhere.
    """
    kind = KINDS[entry.kind]
    if not kind.decides or kind.settles or entry.window == CENTRAL or point_of(entry.window) == case.place:
        return None
    if is_oversight(entry.kind) and case.place in reach:
        return None
    name = case.moves[-1].name if case.moves else ""
    return Refusal(
        code="case-elsewhere",
        message=f"办件已转到{name or case.place}续办，不能在本服务点做“{kind.label}”；需要的，先转回本服务点。",
    )


def move_refusal(case: Case, entry: Entry, body: b.Moved) -> Refusal | None:
    """Return why the case is not taken up there, or ``None``: a point takes a case up for itself."""
    if not body.to or body.to != point_of(entry.window):
        return Refusal(code="rule", message="办件只能由续办的服务点自己转入。", field="to")
    if body.to == case.place:
        return Refusal(code="rule", message="办件已在本服务点办理，不需要转入。", field="to")
    return None


def scan_refusal(case: Case, body: b.ScanAttached) -> Refusal | None:
    """Return why this file cannot hang on the case, or ``None``."""
    if body.material not in {m.id for m in case.checklist}:
        return Refusal(code="material-unknown", message="清单中没有这项材料。", field=body.material)
    if not is_digest(body.sha256):
        return Refusal(code="scan-invalid", message="扫描件的校验值不对。", field="sha256")
    if body.media not in {JPEG, PNG, PDF}:
        return Refusal(code="scan-invalid", message="扫描件只收 JPEG、PNG 和 PDF。", field="media")
    if not 1 <= body.size <= MAX_BYTES:
        return Refusal(code="scan-invalid", message=f"扫描件最大 {MAX_BYTES >> 20} MB。", field="size")
    if not 1 <= body.pages <= MAX_PAGES:
        return Refusal(code="scan-invalid", message=f"扫描件最多 {MAX_PAGES} 页。", field="pages")
    return None


def unscan_refusal(case: Case, body: b.ScanRemoved) -> Refusal | None:
    """Return why there is nothing to take away, or ``None``; two who do so without having seen each other agree."""
    if body.entry in {s.entry for s in case.scans} or body.entry in case.scans_removed:
        return None
    return Refusal(code="scan-unknown", message="办件上没有这份扫描件。", field=body.entry)
