"""The desk's doors to the measures: for whoever answers for a point."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from clerk_app import measuring
from clerk_app.domain.measure_sums import Period
from clerk_app.domain.measure_tables import Report
from clerk_app.measuring import Measuring
from clerk_app.printing import Handed
from clerk_app.roles import guarded
from clerk_app.seat import Refused
from clerk_app.task_doors import TaskDoors

BOM = "\ufeff"
"""By which spreadsheets know the text for UTF-8."""


@guarded
class MeasureDoors(TaskDoors):
    """What a supervisor can see of the work in numbers; a part of the ``Desk``."""

    def measured_points(self) -> list[tuple[str, str]]:
        """Return the points anything was counted at, with their names."""
        return self._measuring.points()

    def measures(self, period: Period, points: Sequence[str] = ()) -> Report:
        """Return every measure of a period, of these points or of all that are known here (``docs/measures.md``)."""
        return self._measuring.report(period, points)

    def measures_csv(self, period: Period, points: Sequence[str] = (), name: str = "") -> bytes:
        """Return the measures, or one of them, as CSV that spreadsheets open; raises ``Refused``."""
        report = self.measures(period, points)
        found = [picture for picture in report.pictures if name in {"", picture.name}]
        if not found:
            raise Refused("measure-unknown", f"没有指标“{name[:40]}”。", "name")
        return (BOM + measuring.csv_of(found)).encode()

    def export_measures(self, period: Period, points: Sequence[str] = (), name: str = "") -> Path:
        """Write that into the window's folder of papers and return where it is."""
        content = self.measures_csv(period, points, name)
        return self._printing.keep_file(content, f"指标-{name or '全部'}-{period.first}-{period.last}", ".csv")

    def report_paper(self, kind: str, on: date, points: Sequence[str] = ()) -> bytes:
        """Return the ``day`` (日报) or ``week`` (周报) report as a PDF of one page."""
        return self._measuring.paper(kind, on, points)

    def print_report(self, kind: str, on: date, points: Sequence[str] = ()) -> Handed:
        """Have the report printed and return where it went."""
        first = Period.of(kind, on).first
        return self._printing.print(measuring.TITLES[kind], first.isoformat(), self.person.name, more=points)

    @property
    def _measuring(self) -> Measuring:
        return Measuring(self._records, self.seat, self._clock)
