"""What a person still has to see to: entries central did not take and nobody said anew, cases that are still to come."""

from __future__ import annotations

from clerk_app.domain.journal import Record, Verdict
from clerk_app.store.books.book import Book
from clerk_app.store.books.casebook import Casebook
from clerk_app.store.books.subjects import HERE
from clerk_app.store.file.vault import Vault

MENDED = "entry.mended"
WAITS = frozenset({"waits", "case-awaited"})
"""Problems that go by themselves: another entry has to come, or to be mended, first."""
_UNHEARD = frozenset({Verdict.REFUSED, Verdict.QUARANTINED})


class LooseEnds:
    """Reads the books; writes nothing.

    Whether a refused entry was seen to is told by the entries themselves (``entry.mended`` about the same subject, or about the window), so it
    is as right as they are after whatever was lost and heard again. What was reckoned holds until something is written:
    the header asks every second.
    """

    def __init__(self, vault: Vault, book: Book, casebook: Casebook) -> None:
        self._vault = vault
        self._book = book
        self._casebook = casebook
        self._read: tuple[int, list[Record]] | None = None

    def refused(self) -> list[Record]:
        """Return own entries that central refused or holds back and nobody saw to yet, the latest first."""
        generation, read = self._vault.generation, self._read
        if read is None or read[0] != generation:
            read = self._read = generation, self._open()
        return list(read[1])

    def _open(self) -> list[Record]:
        found = (self._book.at(place) for place in reversed(list(self._book.refused())))
        held = [r for r in found if r is not None and r.entry.kind != MENDED]
        if not held:
            return []
        mended = {
            str(record.entry.body.get("entry"))
            for subject in {self._book.window, *(record.entry.subject for record in held)}
            for record in self._casebook.records_of(subject)
            if record.entry.kind == MENDED and record.verdict not in _UNHEARD and self._book.is_own(record)
        }
        return [record for record in held if record.entry.id not in mended]

    def waiting(self) -> int:
        """Return how many of them need nobody: they wait for another entry, and then go on."""
        return sum(problem_code(record) in WAITS for record in self.refused())

    def needing(self) -> list[Record]:
        """Return those that need somebody, the latest first."""
        return [record for record in self.refused() if problem_code(record) not in WAITS]

    def conflicts(self) -> int:
        """Return how many acts at this point conflict with others and were settled by nobody."""
        told = self._casebook.known()
        return sum(s.conflicts for name, s in told if s is not None and s.conflicts and self._is_here(name))

    def caseless(self) -> list[str]:
        """Return the subjects of which there are entries here but no case that this point's feed tells."""
        return [name for name, summary in self._casebook.known() if summary is None or not self._is_here(name)]

    def _is_here(self, subject: str) -> bool:
        return HERE in self._casebook.feeds(subject)


def problem_code(record: Record) -> str:
    """Return the code of central's problem with an entry; empty: it told none."""
    return str((record.problem or {}).get("type") or "").rpartition(":")[2]
