"""The deep check: every row opens, the journal's chain and signatures hold, the cases are what the journal tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from clerk_app.checkup.report import Check, State, ok, wrong
from clerk_app.domain.journal import GENESIS, Entry, links, signature_holds
from clerk_app.domain.numbers import parse_case_number
from clerk_app.store.records import Records

NAMED = 5
"""How many numbers are named; the rest is counted."""


def contents(records: Records, window: str, public_key: bytes) -> Check:
    """Whether all that is in the store is what was written."""
    rows, problems = _rows(records)
    own = {r.entry.n: r.entry for r in records.journal() if r.entry.window == window}
    broken = _breaks(own, _absent(records))
    unsigned = [n for n, entry in own.items() if not signature_holds(entry, public_key)]
    incomplete = set(records.incomplete())
    differing = [number for number in records.rebuild() if number not in incomplete]
    problems += [
        *([f"流水第 {_named(broken)} 条与前一条对不上"] if broken else []),
        *([f"流水第 {_named(unsigned)} 条的签名不对"] if unsigned else []),
        *([f"{len(differing)} 件办件与流水不一致"] if differing else []),
        *_numbers(records, own),
    ]
    told = f"{rows} 行都能打开，本窗口流水 {len(own)} 条的次序和签名、{records.case_count()} 件办件都核对过"
    told += f"；其中 {len(incomplete)} 件缺少流水，保留着缺失前的内容" if incomplete else ""
    if not problems:
        return ok("contents", told)
    todo = "请打开客户端，或执行 clerk sync 联网同步，会自动修复，再查一遍；仍有问题请把本页交技术人员。"
    return wrong("contents", "；".join(problems) + "。", todo, "其余数据不受影响，可以照常办理", State.WARNING)


def _rows(records: Records) -> tuple[int, list[str]]:
    """Open every row; return how many opened, and what did not."""
    vault = records.vault
    rows = sum(1 for table in vault.tables() for _ in vault.scan(table))
    bent = sum(1 for _, row in vault.damages if row)
    problems = [f"{bent} 行打不开"] if bent else []
    pages = vault.integrity_check() or [damage for (_, row), damage in vault.damages.items() if not row]
    problems += [f"数据文件有 {len(pages)} 处坏页或坏索引"] if pages else []
    problems += [f"{len(vault.findings)} 张表与记录不符"] if vault.findings else []
    return rows, problems


def _absent(records: Records) -> dict[int, frozenset[str]]:
    """Return the own numbers that are known not to be here, lost or pruned, and how the next one may name each.

    Empty where that is not known.
    """
    runs = [(run.first, run.last, frozenset(run.named)) for run in records.pruned()]
    runs += [(gap.first, gap.last, frozenset({gap.stands_for} - {""})) for gap in records.gaps()]
    return {n: named if n == last else frozenset() for first, last, named in runs for n in range(first, last + 1)}


def _breaks(own: Mapping[int, Entry], absent: Mapping[int, frozenset[str]]) -> list[int]:
    """Return the numbers that are missing without being known to be, and those that do not follow the one before."""
    broken = []
    named = frozenset({GENESIS})
    for n in range(1, max(own, default=0) + 1):
        entry = own.get(n)
        if (entry is None and n not in absent) or (entry is not None and named and entry.previous not in named):
            broken.append(n)
        named = links(entry) if entry is not None else absent.get(n, frozenset())
    return broken


def _numbers(records: Records, own: Mapping[int, Entry]) -> Iterator[str]:
    """Yield what is wrong with the numbers: of the journal's head, of cases, of the serials given out."""
    head, _ = records.head()
    if max(own, default=0) > head:
        yield "流水的编号超过了记录"
    begun = [entry.subject for entry in own.values() if entry.kind == "case.received"]
    odd = [number for number in begun if parse_case_number(number) is None]
    if odd:
        yield f"{len(odd)} 个办件编号不合规则"
    if len(set(begun)) < len(begun):
        yield f"{len(begun) - len(set(begun))} 个办件编号重复"


def _named(numbers: Iterable[int]) -> str:
    listed = sorted(numbers)
    more = f" 等 {len(listed)}" if len(listed) > NAMED else ""
    return "、".join(map(str, listed[:NAMED])) + more
