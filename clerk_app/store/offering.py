"""What records tell of the catalogue: what is offered on a day, and which version a case was received under."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from clerk_app.domain.catalogue import JointService, ServiceItem
from clerk_app.domain.deadlines import Calendar
from clerk_app.domain.editions import Edition
from clerk_app.domain.tips import PublishedTip
from clerk_app.store.books.published import PublishedRow
from clerk_app.store.books.search import Hit
from clerk_app.store.mend.healing import Healing


class Offering(Healing):
    """The catalogue as this window has it; a part of ``Records``."""

    def put_catalogue(
        self,
        rows: Sequence[PublishedRow],
        next_revision: int,
        *,
        more: bool = False,
        only: Collection[tuple[str, str]] | None = None,
    ) -> None:
        """Take in changed and withdrawn documents and the revision they lead to, in one transaction.

        ``more``: further pages follow at once; what came can be searched with the last. ``only``: kind and key of all there
        is; whatever else is here goes.
        """
        self._published.put(rows, next_revision, more=more, only=only)

    def catalogue_revision(self) -> int:
        """Return the revision up to which the catalogue is here."""
        return self._published.revision()

    def item(self, code: str, on: date | None = None, version: int | None = None) -> ServiceItem | None:
        """Return an item as it is in force on a day, or one version of it, or its newest; raises ``StoreDamaged``."""
        return self.healed(lambda: self._published.item(code, on, version))

    def editions(self, code: str) -> tuple[Edition, ...]:
        """Return an item's versions, the first to begin first; none where there is but one, in force always."""
        return self._published.editions(code)

    def joint(self, code: str) -> JointService | None:
        """Return a joint service."""
        return self.healed(lambda: self._published.joint(code))

    def items(self, on: date | None = None) -> Iterator[ServiceItem]:
        """Yield every item of the catalogue, as it is in force on a day or as its newest version has it, one by one."""
        return self._published.items(on)

    def search_items(self, words: str, limit: int = 50, on: date | None = None) -> list[Hit]:
        """Return items in force on a day, and joint services, in which every word is found, best first."""
        return self._published.search(words, limit, on)

    def published_tips(self) -> list[PublishedTip]:
        """Return the tips central published."""
        return self.healed(self._published.tips)

    def calendar(self) -> Calendar:
        """Return the working days as central published them."""
        return self.healed(self._published.calendar)

    def point_name(self, code: str) -> str:
        """Return the service point's name, or its code where it is not known."""
        return self._published.point_name(code)
