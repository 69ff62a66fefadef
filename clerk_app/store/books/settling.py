"""Central's verdicts are taken into the books: a case is folded anew only where they change what it is folded from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clerk_app.domain.journal import Verdict
from clerk_app.store.books.book import TABLE, Book
from clerk_app.store.books.casebook import Casebook
from clerk_app.store.errors import StoreDamaged

Told = tuple[str, Verdict, int | None, dict[str, Any] | None]
"""An entry's id, and central's verdict, position and problem."""
_Placed = dict[int, int | None]
"""Places of entries that were settled, and the positions they got; ``None``: it changes what counts."""


def settle(book: Book, cases: Casebook, verdicts: Sequence[Told], changed: Sequence[Told] = ()) -> set[str]:
    """Keep verdicts, inside the caller's transaction; return the touched subjects.

    ``changed``: what is said anew of entries that were held back; one that is not here comes with its new verdict.
    """
    touched: dict[str, _Placed] = {}
    anew = {told[0] for told in changed}
    for entry_id, verdict, position, problem in (*verdicts, *changed):
        try:
            held = book.brief(entry_id)
        except StoreDamaged:
            continue  # the feed brings it again, with what was said of it
        if held is None and entry_id in anew:
            continue
        if held is None:  # its place is known, or it could not have been said
            raise StoreDamaged(TABLE, entry_id, "corrupt")
        place = book.settle(held, verdict, position, problem)
        if place is not None:
            plain = held.verdict is None and verdict.counts
            touched.setdefault(held.head.subject, {})[place] = position if plain else None
    for subject, placed in touched.items():
        if _folds_alike(book, cases.places_of(subject), placed):
            cases.touch(subject, ())
        else:
            cases.refold(subject, ())
    return set(touched)


def _folds_alike(book: Book, places: Sequence[int], placed: _Placed) -> bool:
    """Whether a case is folded from the same entries in the same order as before.

    It is, where entries counted already while they were unsent, and their positions put them where they stood: behind
    everything that has one, before everything that is still unsent.
    """
    positions = [placed[place] for place in sorted(placed)]
    known = [position for position in positions if position is not None]
    if len(known) < len(positions) or known != sorted(known) or book.has_moved():
        return False
    unsent = book.unsent()
    others = [place for place in places if place not in placed]
    if any(place in unsent and place < max(placed) for place in others):
        return False
    before = [book.brief_at(place) for place in others if place not in unsent]
    return all(brief is not None and (brief.position or 0) < known[0] for brief in before)
