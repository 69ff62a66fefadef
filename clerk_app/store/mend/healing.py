"""How records heal: opened over a damaged store, they bring it in order, know what is missing, and take it in when it comes back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from clerk_app.domain.journal import Entry, Record, is_tombstone
from clerk_app.domain.refusals import Refusal
from clerk_app.store.books.casebook import Casebook
from clerk_app.store.books.gaps import Gap
from clerk_app.store.books.losses import Loss, Losses, LossState
from clerk_app.store.books.serials import FLOOR, Serials, serials_of
from clerk_app.store.errors import StoreDamaged
from clerk_app.store.file.seal import Sealer
from clerk_app.store.mend import repair
from clerk_app.store.mend.examining import Examining
from clerk_app.store.mend.mending import LOOKED, REPAIRED, Mending
from clerk_app.store.mend.refolding import NOTE as INCOMPLETE
from clerk_app.store.mend.refolding import Refolding

if TYPE_CHECKING:
    from clerk_app.store.books.pruning import Pruning
    from clerk_app.store.books.published import Published
    from clerk_app.store.books.scans import Scans
    from clerk_app.store.ledger import Ledger

T = TypeVar("T")
log = logging.getLogger("clerk.store")

CENTRAL_HAS = "central"
"""Note, while there are gaps: up to which own number central holds everything."""
CENTRAL, COPY = "central", "copy"
"""Where gaps are looked for."""
_CAUSES = {
    "damaged": "数据文件损坏，已自动修复",
    "older": "数据文件被换成了旧的备份，已接着最新的序号继续",
    "missing": "数据文件丢失，已重新建立",
}


class Healing(Examining):
    """What records can do about what is missing; a part of ``Records``."""

    ledger: Ledger
    _cases: Casebook
    appended: list[Callable[[Sequence[Entry]], None]]
    pruning: Pruning
    scans: Scans
    _published: Published
    _serials: Serials
    copy_kept: Callable[[], bool]
    """Whether a second copy is kept somewhere, in which what is missing here may be found."""

    def _open_healing(self, *, mend: bool) -> None:
        """Bring in order what the repair of the file left to do, or what is found now, and read the cases."""
        self._losses = Losses(self.ledger)
        self._mending = Mending(self.ledger, self._book, self._pruned_runs)
        self._unsound = []
        self._unexamined = self.vault.log_left or self.vault.older is not None
        if mend:
            if self._unexamined:
                self._read_tail()
            self._mend()
        self._cases.load()
        if mend and self._mending.needed():  # rows that only reading them all has shown to be damaged
            self._mend()
            self._cases.load()
        if mend and not self.vault.read_only:
            self._cases.fold_as_now()

    def _pruned_runs(self) -> list[tuple[int, int, tuple[str, ...]]]:
        try:
            return [(run.first, run.last, run.named) for run in self.pruning.pruned()]
        except StoreDamaged:  # then they are looked for like all others, and central has them
            return []

    def _mend(self) -> None:
        if not (self._mending.needed() or self._unsound):
            return
        if self._corrupt() is None and self._mending.bent():  # in a file whose pages are at odds no row is changed
            self._unsound = self.vault.integrity_check()
        corrupt = self._corrupt()
        if corrupt is not None:
            raise corrupt
        kept = ""
        if not (self.vault.note(repair.DOUBT) or {}).get("kept") and self.vault.tables():
            try:
                kept = repair.keep_beside(self.vault.folder)
            except repair.NoRoom:
                log.warning("no room to keep a copy of the damaged store")
                if not self.vault.older:
                    return
        with self.vault.transaction():
            self._mending.run(kept)
            self.scans.forget()
            self.scans.mend()
        log.warning("store mended: %d own entries missing", len(self._book.gaps))

    def heal(self, because: StoreDamaged | None = None) -> bool:
        """Bring in order what was found damaged since the store was opened; return whether anything was.

        Bent rows are taken out, after a copy was kept; a file that SQLite cannot read any more is made anew. ``because``: a fault
        that was just met. Does nothing in the midst of an act.
        """
        vault = self.vault
        met = because if because is not None and because.reason == "corrupt" else None
        corrupt = self._corrupt() or met
        if vault.read_only or not vault.idle or not (corrupt or self._mending.bent() or vault.older):
            return False
        try:
            if corrupt is None and self._mended():
                self._cases.load()
                return True
            return vault.replaced(self._make_anew, self._look_again)
        except repair.NoRoom:
            log.warning("no room to repair the store")
            return False

    def _mended(self) -> bool:
        """Bring in order what can be in the file as it is; return whether it could be written."""
        try:
            self._mend()
        except repair.NoRoom:
            raise
        except StoreDamaged:
            return False
        return True

    def healed(self, read: Callable[[], T]) -> T:
        """Return what ``read`` does, if need be once what it found damaged has been brought in order; raises ``StoreDamaged``."""
        try:
            return read()
        except StoreDamaged as damage:
            if not self.heal(damage):
                raise
        return read()

    def _make_anew(self, sealer: Sealer) -> None:
        repair.rebuild(self.vault.folder, sealer, owned=True)

    def _look_again(self) -> None:
        """Read everything anew, in order."""
        self._unsound = []
        self._book.gaps.load()
        self._published.forget()
        self._mend()
        self._cases.load()

    def _remember_damage(self) -> None:
        """Before closing: what was found damaged is looked at when the store is opened next."""
        self.note_met()

    # what is missing

    def gaps(self) -> list[Gap]:
        """Return the stretches of this window's own chain that are not here, ascending."""
        return list(self._book.gaps)

    def incomplete(self) -> list[str]:
        """Return the cases of which entries are missing: they are kept as they stood before."""
        return Refolding(self.ledger, self._book).incomplete()

    def losses(self) -> list[Loss]:
        """Return what this window had and lost, by number, what came back too."""
        return self._losses.all()

    def sent_up_to(self) -> int | None:
        """Return the number of the last own entry that may be said now, because all before it is here; ``None``: no gap."""
        first = self._book.gaps.first_past(int(self.vault.note(CENTRAL_HAS) or 0))
        return None if first is None else first - 1

    def central_has(self, n: int) -> None:
        """Note that central holds every own entry up to ``n``; kept only while something is missing."""
        told = n if self._book.gaps else None
        if self.vault.note(CENTRAL_HAS) != told:
            self.vault.set_note(CENTRAL_HAS, told)

    def looked(self, where: str) -> None:
        """Note that the gaps were looked for (``CENTRAL`` or ``COPY``) since they were found."""
        places = self.vault.note(LOOKED)
        if self._book.gaps and where not in (places or ()):
            self.vault.set_note(LOOKED, [*(places or ()), where])

    def looked_for(self, where: str) -> bool:
        """Whether the gaps were looked for there since they were found."""
        return where in (self.vault.note(LOOKED) or ())

    # what comes back

    def fill(self, entries: Sequence[Entry]) -> int:
        """Take in own entries of a second copy that are missing here, unsent; return how many.

        What central holds of them is settled with the next round. Raises ``ChainForked``.
        """
        gaps = self._book.gaps
        self._note_late(entries)
        before = len(gaps)
        self.restore([Record(entry=entry) for entry in entries if entry.n in gaps])
        return before - len(gaps)

    def restore(self, told: Sequence[Record]) -> set[str]:
        """Take in own entries that fill gaps or go on from the head; return the touched subjects. Raises ``ChainForked``."""
        with self.vault.transaction():
            before = list(self._book.gaps)
            places = self._book.admit([record for record in told if self._book.is_own(record)])
            touched: dict[str, list[int]] = {}
            for place in places:
                record = self._book.at(place)
                if record is not None:
                    touched.setdefault(record.entry.subject, []).append(place)
            self._serials.raise_to(serials_of(touched, self._book.window))
            for subject, added in touched.items():
                self._cases.refold(subject, added)
            self._close_losses(before, written_off=any(is_tombstone(r.entry) for r in told))
        return set(touched)

    def why_not_written_off(self) -> Refusal | None:
        """Return why nothing may be written off now: nothing is lost, or it was not looked for everywhere."""
        if not self._book.gaps:
            return Refusal(code="nothing-lost", message="本窗口没有缺失的流水，不需要核销。")
        central = int(self.vault.note(CENTRAL_HAS) or 0)
        if not self.looked_for(CENTRAL) or any(gap.first <= central for gap in self._book.gaps):
            return Refusal(
                code="ask-central-first",
                message="还没有向市中心查找过缺失的流水，没有核销。请先接通网络同步一次（clerk sync），能取回的会自动取回。",
            )
        if self.copy_kept() and not self.looked_for(COPY):
            return Refusal(
                code="read-copy-first",
                message="还没有读过保存的第二副本，没有核销。请接上存放第二副本的介质并重新打开程序，能找回的会自动补回。",
            )
        return None

    def lost_subject(self, n: int) -> str:
        """Return the case a lost entry was about; empty where it is not known."""
        named = (x for x in self._losses.open() if x.first == n == x.last)
        return next((loss.subject for loss in named), "")

    def write_off(self, tombstones: Sequence[Entry]) -> None:
        """Put tombstones (``entry.lost``) in the place of what is lost for good; in the caller's transaction."""
        with self.vault.transaction():
            self.restore([Record(entry=entry) for entry in tombstones])
            self.made_whole()
            for told in self.appended:
                self.vault.on_done(partial(told, tombstones))

    def _note_late(self, entries: Sequence[Entry]) -> None:
        """An entry that turns up after it was written off is not taken in; it is noted."""
        off = [loss for loss in self._losses.all() if loss.state is LossState.WRITTEN_OFF]
        for entry in entries:
            if any(loss.first <= entry.n <= loss.last for loss in off):
                digest = self.own_digest(entry.n)
                if digest is not None and digest != entry.digest():
                    self._losses.found_late(entry.n)

    def own_digest(self, n: int) -> str | None:
        """Return the digest of this window's entry ``n`` (``Records.own_digest``)."""
        raise NotImplementedError

    def _close_losses(self, before: Sequence[Gap], *, written_off: bool = False) -> None:
        """Bring the list of losses to the gaps as they are, if they are other than ``before``; in a transaction."""
        gaps = self._book.gaps
        if list(gaps) == list(before):
            return
        state = LossState.WRITTEN_OFF if written_off else LossState.RETURNED
        self._losses.close([(gap.first, gap.last) for gap in gaps], state)
        if not gaps:
            self.vault.set_note(LOOKED, None)
            self.vault.set_note(CENTRAL_HAS, None)

    def made_whole(self) -> None:
        """Everything central has is here again: fold what was left as it was kept, and forget the notice when nothing is missing."""
        vault = self.vault
        if not (vault.note(INCOMPLETE) or (vault.note(REPAIRED) and not self._book.gaps)):
            return
        sure = not self._book.gaps
        with vault.transaction():
            if Refolding(self.ledger, self._book).finish(sure=sure):
                vault.on_done(self._cases.load)
            if sure:
                vault.set_note(REPAIRED, None)
                vault.set_note(FLOOR, None)

    # what the person is told

    def notices(self) -> list[str]:
        """Return in Chinese what was repaired and what is missing; empty when all is whole. Reads no disk."""
        told = self.vault.note(REPAIRED)
        gaps = self._book.gaps
        notices = []
        if told:
            kept = f"，原文件保留为 {told['kept']}" if told.get("kept") else ""
            notices.append(
                f"{_CAUSES.get(told['cause'], _CAUSES['damaged'])}{kept}。其余数据可照常使用；联网同步时由市中心补回缺少的部分。"
            )
        if gaps:
            notices.append(
                f"本窗口有 {len(gaps)} 条流水缺失，其后的暂不上报。请先同步，并接上保存第二副本的介质；"
                "仍找不回的由值班主任核对名单（clerk losses）后核销（clerk write-off）。"
            )
        if self._corrupt() is not None:
            notices.append("数据文件有一处损坏，其余可照常使用。程序会在空闲时自动修复；修复前请勿移动或删除数据文件。")
        return notices
