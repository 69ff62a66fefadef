"""The tables of the measures, each from the sums of a period: what is asked, its numbers, and which column is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from clerk_app.domain import measures as m
from clerk_app.domain.codes import DEFICIT_LABELS
from clerk_app.domain.deadlines import Calendar, Light
from clerk_app.domain.kinds import ParcelState
from clerk_app.domain.measure_sums import Period, Sums, Told, lights
from clerk_app.domain.measure_tables import PERCENT, Head, Names, Picture, Report, Value
from clerk_app.domain.supervision_words import LOW, RATING_LABELS

COUNT, DAYS, TIMES = "件", "天", "次"
FEWEST_RATINGS = 5
_ENDS = {"declined": "不予受理", "returned": "退件", "denied": "不予批准"}
_FAULTS = {**{kind.value: label for kind, label in DEFICIT_LABELS.items()}, m.OWED: "容缺后补"}
_DEPTHS = {"": "目录未注明"}


def report(sums: Sums, period: Period, points: Sequence[str], names: Names, calendar: Calendar, today: date) -> Report:
    """Return every measure."""
    made = (make(sums, names, calendar, today) for make in _PICTURES)
    return Report(period=period, points=tuple(points), today=today, pictures=tuple(made), sample=names.sample)


def _ratio(part: float, whole: float, times: float = 1.0, digits: int = 2) -> float | None:
    return round(part * times / whole, digits) if whole else None


def _sorted(rows: Iterable[tuple[Value, ...]], at: int) -> tuple[tuple[Value, ...], ...]:
    def rank(row: tuple[Value, ...]) -> tuple[float, str]:
        n = row[at]
        return (-float(n) if isinstance(n, int | float) else float("inf"), str(row[0]))

    return tuple(sorted(rows, key=rank))


def _of(sums: Sums, measures: Sequence[str], place: int) -> dict[str, tuple[int, ...]]:
    """Return several measures side by side, by one thing they are told apart by."""
    found = [sums.by(measure, place) for measure in measures]
    keys = sorted({key for counts in found for key in counts})
    return {key[0]: tuple(counts.get(key, 0) for counts in found) for key in keys}


def _visits(sums: Sums, place: int, word: str, name: str, title: str, label: Callable[[str], str]) -> Picture:
    told = (m.RECEIVED, m.VISITS, m.CAP, m.OVER)

    def cells(first: str, cases: int, visits: int, cap: int, over: int) -> tuple[Value, ...]:
        return first, cases, visits, _ratio(visits, cases), _ratio(cap, cases), over

    rows = (cells(label(key), *numbers) for key, numbers in _of(sums, told, place).items())
    return Picture(
        name=name,
        title=title,
        question="每件到现场几次，规定几次",
        heads=(
            Head(name if name == "depth" else "item", word),
            Head("cases", "收件", COUNT),
            Head("visits", "到现场", TIMES),
            Head("mean", "每件次数", TIMES, 2),
            Head("cap", "规定次数", TIMES, 2),
            Head("over", "超次", COUNT),
        ),
        rows=_sorted(rows, 3),
        total=cells("合计", *(sums.total(one) for one in told)),
        drawn="mean",
        against="cap",
    )


def _visits_by_item(sums: Sums, names: Names, _: Calendar, __: date) -> Picture:
    return _visits(sums, 0, "事项", "visits", "到现场次数（按事项）", names.item)


def _visits_by_depth(sums: Sums, _: Names, __: Calendar, ___: date) -> Picture:
    return _visits(sums, 1, "办理深度", "depth", "到现场次数（按办理深度）", _depth)


def _depth(level: str) -> str:
    return _DEPTHS.get(level, f"{level} 级")


def _first(sums: Sums, names: Names, _: Calendar, __: date) -> Picture:
    told = (m.JUDGED, m.FIRST)

    def cells(label: str, judged: int, first: int) -> tuple[Value, ...]:
        return label, judged, first, _ratio(first, judged, 100, 1)

    return Picture(
        name="first",
        title="一次交齐率",
        question="第一次来就交齐、直接受理的有多少",
        heads=(
            Head("item", "事项"),
            Head("judged", "已判断", COUNT),
            Head("first", "一次交齐", COUNT),
            Head("share", "一次交齐率", PERCENT, 1),
        ),
        rows=_sorted((cells(names.item(key), *n) for key, n in _of(sums, told, 0).items()), 3)[::-1],
        total=cells("合计", *(sums.total(one) for one in told)),
        drawn="share",
    )


def _missing(sums: Sums, names: Names, _: Calendar, __: date) -> Picture:
    received = sums.by(m.RECEIVED, 0)
    kinds: dict[Told, dict[str, int]] = {}
    for (item, material, kind), n in sums.by(m.MISSING, 0, 1, 2).items():
        kinds.setdefault((item, material), {})[kind] = n
    rows = []
    for (item, material), told in kinds.items():
        n = sum(told.values())
        most = max(sorted(told), key=lambda kind: told[kind])
        word = _FAULTS.get(most, most)
        rows.append((material, names.item(item), n, _ratio(n, received.get((item,), 0), 100, 1), word))
    return Picture(
        name="missing",
        title="最常缺的材料",
        question="哪些材料最常被要求补正：办事指南的这几行应改写",
        heads=(
            Head("material", "材料"),
            Head("item", "事项"),
            Head("times", "缺或不合格", TIMES),
            Head("share", "占该事项收件", PERCENT, 1),
            Head("most", "多为"),
        ),
        rows=_sorted(rows, 2),
        total=("合计", "", sums.total(m.MISSING), None, ""),
        drawn="times",
        labels=2,
    )


def _waiting(sums: Sums, names: Names, _: Calendar, __: date) -> Picture:
    told = (m.WAITED, m.WAITED_DAYS, m.DEEMED)

    def cells(label: str, cases: int, days: int, deemed: int) -> tuple[Value, ...]:
        return label, cases, _ratio(days, cases, 1, 1), deemed

    return Picture(
        name="waiting",
        title="收件到受理",
        question="从收件到受理平均几天（自然日）",
        heads=(
            Head("item", "事项"),
            Head("cases", "受理", COUNT),
            Head("days", "平均天数", DAYS, 1),
            Head("deemed", "视为受理", COUNT),
        ),
        rows=_sorted((cells(names.item(key), *n) for key, n in _of(sums, told, 0).items()), 2),
        total=cells("合计", *(sums.total(one) for one in told)),
        drawn="days",
    )


def _handling(sums: Sums, names: Names, _: Calendar, __: date) -> Picture:
    told = (m.DECIDED, m.DECIDED_DAYS, m.PROMISED_DAYS, m.PROMISED_USED, m.LATE)

    def cells(label: str, cases: int, days: int, promised: int, used: int, late: int) -> tuple[Value, ...]:
        return label, cases, _ratio(days, cases, 1, 1), _ratio(used, promised, 100, 1), late

    return Picture(
        name="handling",
        title="受理到办结",
        question="办结用了承诺时限的百分之几",
        heads=(
            Head("item", "事项"),
            Head("cases", "办结", COUNT),
            Head("days", "平均天数", DAYS, 1),
            Head("share", "占承诺时限", PERCENT, 1),
            Head("late", "超承诺", COUNT),
        ),
        rows=_sorted((cells(names.item(key), *n) for key, n in _of(sums, told, 0).items()), 3),
        total=cells("合计", *(sums.total(one) for one in told)),
        drawn="share",
    )


def _work(sums: Sums, place: int, head: Head, name: str, title: str, label: Callable[[str], str]) -> Picture:
    found = sums.by(m.WORK, place)
    rows = [(label(key[0]), n) for key, n in sorted(found.items())]
    return Picture(
        name=name,
        title=title,
        question="各记了多少条流水",
        heads=(head, Head("entries", "流水", "条")),
        rows=tuple(rows) if place else _sorted(rows, 1),
        total=("合计", sums.total(m.WORK)),
        drawn="entries",
    )


def _hours(sums: Sums, _: Names, __: Calendar, ___: date) -> Picture:
    return _work(sums, 1, Head("hour", "时段"), "hours", "各时段的业务量", lambda hour: f"{hour}时")


def _windows(sums: Sums, _: Names, __: Calendar, ___: date) -> Picture:
    return _work(sums, 0, Head("window", "窗口"), "windows", "各窗口的业务量", str)


def _lights(sums: Sums, names: Names, calendar: Calendar, today: date) -> Picture:
    found = lights(sums, calendar, today, names.preset)

    def cells(label: str, told: Mapping[Light, int]) -> tuple[Value, ...]:
        red, yellow = told.get(Light.RED, 0), told.get(Light.YELLOW, 0)
        return label, red + yellow, red, yellow, told.get(Light.GREEN, 0), told.get(Light.PAUSED, 0)

    every = {colour: sum(told.get(colour, 0) for told in found.values()) for colour in Light}
    return Picture(
        name="lights",
        title="各部门的督办灯",
        question="现在各部门有几个时限亮红灯、黄灯",
        heads=(
            Head("department", "部门"),
            Head("lit", "红黄", "个"),
            Head("red", "红灯", "个"),
            Head("yellow", "黄灯", "个"),
            Head("green", "绿灯", "个"),
            Head("paused", "暂停", "个"),
        ),
        rows=_sorted((cells(key, told) for key, told in found.items()), 1),
        total=cells("合计", every),
        drawn="lit",
        standing=True,
    )


def _bags(sums: Sums, _: Names, __: Calendar, today: date) -> Picture:
    found: dict[str, list[int]] = {}
    for (to, state, day), n in sums.by(m.BAG, 0, 1, 2).items():
        counts = found.setdefault(to, [0, 0, 0])
        counts[0 if state == ParcelState.SEALED else 1] += n
        counts[2] = max(counts[2], _age(day, today))
    rows = ((to, sealed + away, sealed, away, oldest) for to, (sealed, away, oldest) in found.items())
    every = [sum(counts[place] for counts in found.values()) for place in (0, 1)]
    return Picture(
        name="bags",
        title="未送达的寄递袋",
        question="现在有几袋封了还没有签收",
        heads=(
            Head("to", "送往"),
            Head("bags", "未签收", "袋"),
            Head("sealed", "待交接", "袋"),
            Head("away", "在途", "袋"),
            Head("oldest", "最久", DAYS),
        ),
        rows=_sorted(rows, 1),
        total=("合计", sum(every), *every, max((counts[2] for counts in found.values()), default=0)),
        drawn="bags",
        standing=True,
    )


def _age(day: str, today: date) -> int:
    """Return how many days ago that was; 0 where what a window wrote is no day."""
    try:
        return (today - date.fromisoformat(day)).days
    except ValueError:
        return 0


def _refusals(sums: Sums, names: Names, _: Calendar, __: date) -> Picture:
    rows = []
    for (item, end, reason), n in sums.by(m.REFUSED, 0, 1, 2).items():
        rows.append((names.item(item), _ENDS.get(end, end), names.reasons.get(reason, ""), n))
    return Picture(
        name="refusals",
        title="不予受理、退件、不予批准",
        question="拒了多少件，为什么",
        heads=(Head("item", "事项"), Head("end", "结果"), Head("reason", "理由类别"), Head("cases", "件数", COUNT)),
        rows=_sorted(rows, 3),
        total=("合计", "", "", sum(int(row[3]) for row in rows)),
        drawn="cases",
        labels=2,
    )


def _ratings(sums: Sums, _: Names, __: Calendar, ___: date) -> Picture:
    """Fewer than ``FEWEST_RATINGS`` are not told apart: who was at the counter that day could tell whose one is."""
    found = {int(told[0]): n for told, n in sums.by(m.RATED, 0).items()}
    total = sum(found.values())
    pleased = sum(n for level, n in found.items() if level > LOW)
    rows = [
        (RATING_LABELS[level], found.get(level, 0), _ratio(found.get(level, 0), total, 100, 1))
        for level in RATING_LABELS
    ]
    enough = total >= FEWEST_RATINGS
    return Picture(
        name="ratings",
        title="好差评",
        question=f"办事人怎么评价；不到 {FEWEST_RATINGS} 次的不分级",
        heads=(Head("level", "评价"), Head("times", "次数", TIMES), Head("share", "占比", PERCENT, 1)),
        rows=tuple(rows) if enough else (),
        total=("基本满意以上", pleased, _ratio(pleased, total, 100, 1)) if enough else ("合计", total, None),
        drawn="times",
    )


_PICTURES: tuple[Callable[[Sums, Names, Calendar, date], Picture], ...] = (
    _visits_by_item,
    _visits_by_depth,
    _first,
    _missing,
    _waiting,
    _handling,
    _hours,
    _windows,
    _lights,
    _bags,
    _refusals,
    _ratings,
)
