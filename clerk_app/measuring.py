"""The measures of a point or the district: told from the sums that are kept, as tables, as CSV and as the printed 日报 and 周报."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from clerk_app.domain import measure_pictures
from clerk_app.domain.deadlines import preset_of
from clerk_app.domain.measure_sums import Period, Sums, gathered, points_of
from clerk_app.domain.measure_tables import Names, Picture, Report, Value
from clerk_app.domain.measures import DECIDED, MISSING, RECEIVED, REFUSED, WAITED
from clerk_app.planning import DECLINE_REASONS
from clerk_app.seat import Clock, Refused, Seat
from clerk_app.store.records import Records

TITLES = {"day": "日报", "week": "周报"}
KINDS = ("day", "week", "month")
_ITEMS = (RECEIVED, MISSING, WAITED, DECIDED, REFUSED)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would reckon with if a text began with it."""


class Measuring:
    """Reads sums, writes nothing."""

    def __init__(self, records: Records, seat: Seat, clock: Clock) -> None:
        self._records = records
        self._seat = seat
        self._clock = clock

    def points(self) -> list[tuple[str, str]]:
        """Return the points anything was counted at, with their names."""
        return [(code, self._records.point_name(code)) for code in points_of(self._records.counts())]

    def report(self, period: Period, points: Sequence[str] = ()) -> Report:
        """Return every measure of a period, of these points or of all that are known here."""
        counts = self._records.counts()
        if unknown := [code for code in points if code not in points_of(counts)]:
            raise Refused("point-unknown", f"本机没有服务点 {unknown[0][:40]} 的记录。", "point")
        sums = gathered(counts, period, frozenset(points))
        return measure_pictures.report(
            sums, period, points, self._names(sums), self._records.calendar(), self._clock().date()
        )

    def paper(self, kind: str, on: date, points: Sequence[str] = (), nth: int = 1) -> bytes:
        """Return the 日报 or 周报 of the day or week a day lies in as PDF; raises ``Refused`` where it cannot be printed."""
        from clerk_app.paper import papers  # the PDF engine stays off the path to the first paint

        report = self.report(Period.of(kind, on), points)
        named = "、".join(self._records.point_name(code) for code in points) or self._seat.point_name
        title = f"综合窗口{TITLES[kind]}"
        page = papers.ReportPage(title=title, issuer=named, report=report, printed_at=self._clock(), nth=nth)
        try:
            return papers.render_report(page)
        except papers.MissingGlyph as error:
            raise Refused("paper-unprintable", str(error)) from error

    def _names(self, sums: Sums) -> Names:
        """Return what the items are called: as the catalogue has them now, else as a case was received."""
        codes = {told[0] for measure in _ITEMS for told in sums.counts.get(measure, ())}
        named = {s.item: s.item_name for s in self._records.summaries() if s.item in codes}
        items = [item for item in map(self._records.item, codes) if item is not None]
        named.update((item.code, item.name) for item in items)
        sample = any(item.sample for item in items)
        return Names(named, DECLINE_REASONS, sample, preset_of(self._seat.lights))


def csv_of(pictures: Iterable[Picture]) -> str:
    """Return tables as CSV: one as it is shown; several as one number a line, each with what it is of."""
    told = list(pictures)
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    if len(told) == 1:
        [picture] = told
        write([head.title + (f"（{head.unit}）" if head.unit else "") for head in picture.heads])
        for row in (*picture.rows, picture.total):
            write([_cell(value) for value in row])
        return out.getvalue()
    write(["指标", "名称", "对象", "其他", "数据项", "数值", "单位"])
    for picture in told:
        for row in (*picture.rows, picture.total):
            labels = [_cell(value) for value in row[: picture.labels]] + [""] * (2 - picture.labels)
            for head, value in list(zip(picture.heads, row, strict=True))[picture.labels :]:
                write([picture.name, picture.title, *labels, head.title, _cell(value), head.unit])
    return out.getvalue()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return str(value)
