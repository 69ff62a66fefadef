"""What can be found of the catalogue on a day: the index, what changed since it was made, and which versions are in force.

The index of the whole is made anew only when much has changed; a small one over the changes stands before it until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

from clerk_app.domain.editions import Edition, in_force
from clerk_app.store.books.search import Hit, SearchIndex, SearchRow

ITEM = "item"
MOST_CHANGES = 500
"""Changed rows above which the index is made anew."""
Name = tuple[str, str]
"""Kind and key."""
Groups = dict[str, tuple[Edition, ...]]
"""The versions of each item that has several, or one with days."""


class Offer:
    """An index and what changed since; immutable. What is asked first is reckoned then: a delta waits for nothing of it."""

    def __init__(self, base: SearchIndex, since: Mapping[Name, SearchRow | None]) -> None:
        self._base = base
        self.since = dict(since)
        """What the index does not know; ``None``: withdrawn."""

    def changed(self, changes: Mapping[Name, SearchRow | None]) -> Offer:
        """Return the offer after more changes."""
        offer = Offer(self._base, {**self.since, **changes})
        if "_grouped" in self.__dict__:
            offer.__dict__["_grouped"] = self._grouped
        return offer

    @cached_property
    def _changes(self) -> SearchIndex:
        return SearchIndex.build(row for row in self.since.values() if row is not None)

    @cached_property
    def _grouped(self) -> Groups:
        """The versions the index knows."""
        return _grouped(self._base.editions.values(), self._base)

    @cached_property
    def _regrouped(self) -> Groups:
        """The versions of what changed, as they are now."""
        return self._changed_groups()

    def whole(self, changes: Mapping[Name, SearchRow | None]) -> SearchIndex:
        """Return one index of everything, after more changes."""
        changes = {**self.since, **changes}
        gone = [name for name, row in changes.items() if row is None]
        return self._base.changed([row for row in changes.values() if row is not None], gone)

    def search(self, words: str, limit: int, on: date | None) -> list[Hit]:
        """Return the best hits among what is in force on a day, one for each item; with no day, its newest versions."""

        def offered(kind: str, key: str) -> bool:
            edition = self._edition(key) if kind == ITEM else None
            return edition is None or self.edition(edition.code, on) == edition

        found = self._base.search(words, limit, lambda kind, key: (kind, key) not in self.since and offered(kind, key))
        if not self.since:
            return found
        found += self._changes.search(words, limit, offered)
        return sorted(found, key=_place)[:limit]

    def editions(self, code: str) -> tuple[Edition, ...]:
        """Return the versions of an item, the first to begin first; none where there is but one, in force always."""
        return self._regrouped[code] if code in self._regrouped else self._grouped.get(code, ())

    def edition(self, code: str, on: date | None) -> Edition | None:
        """Return the version in force on a day, or with no day the newest."""
        editions = self.editions(code)
        if on is None:
            return max(editions, key=lambda one: one.version, default=None)
        return in_force(editions, on)

    def _edition(self, key: str) -> Edition | None:
        """Return the version a row is, if there is anything to say about it."""
        if (ITEM, key) in self.since:
            row = self.since[ITEM, key]
            if row is not None and row.edition is not None:
                return row.edition
        elif key in self._base.editions:
            return self._base.editions[key]
        return next((one for one in self.editions(key) if one.key == key), None)

    def _changed_groups(self) -> Groups:
        rows = {key: row for (kind, key), row in self.since.items() if kind == ITEM}
        before = {self._base.editions[key].code if key in self._base.editions else key for key in rows}
        touched = before | {row.code for row in rows.values() if row is not None}
        groups: dict[str, dict[str, Edition]] = {code: {} for code in touched}
        for code, group in groups.items():
            group.update({one.key: one for one in self._grouped.get(code, ()) if one.key not in rows})
            if code not in rows and not group and self._base.holds(ITEM, code):
                group[code] = Edition(key=code, code=code)
        for key, row in rows.items():
            if row is not None:
                groups[row.code][key] = row.edition or Edition(key=key, code=key)
        return {code: _in_order(group.values()) for code, group in groups.items()}


def _grouped(editions: Iterable[Edition], base: SearchIndex) -> Groups:
    groups: dict[str, list[Edition]] = {}
    for edition in editions:
        groups.setdefault(edition.code, []).append(edition)
    for code, group in groups.items():
        if code not in base.editions and base.holds(ITEM, code):
            group.append(Edition(key=code, code=code))
    return {code: _in_order(group) for code, group in groups.items()}


def _in_order(editions: Iterable[Edition]) -> tuple[Edition, ...]:
    ordered = sorted(editions, key=lambda one: (one.starts or date.min, one.version))
    return () if len(ordered) == 1 and ordered[0].plain else tuple(ordered)


def _place(hit: Hit) -> tuple[int, int, str, str, str]:
    return hit.rank, len(hit.name), hit.name, hit.kind, hit.key
