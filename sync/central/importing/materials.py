"""From the rows of one item to its checklist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clerk_app.domain import codes
from clerk_app.domain.catalogue import Due, Form, Material, Necessity, normal_name
from sync.central.importing.bundles import Bundle, bundle_of
from sync.central.importing.counts import Counts, counts_in, counts_in_name, due_of, number_in
from sync.central.importing.model import Findings, SourceRow
from sync.central.importing.tidy import MAX_MATERIAL, Cells, cleaned, key_of, one_line

_STRICT = {Necessity.REQUIRED: 2, Necessity.DEFERRABLE: 1, Necessity.OPTIONAL: 0}


@dataclass(frozen=True, slots=True)
class _Line:
    row: int
    material: Material


def checklist(rows: Sequence[SourceRow], findings: Findings, prefix: str) -> tuple[Material, ...]:
    """Return the materials of one item; the same line twice becomes one, and every row left out is reported."""
    lines: dict[str, _Line] = {}
    papers: dict[str, int] = {}
    for row in rows:
        material = _material(row, findings)
        if material is None:
            continue
        same = lines.get(key_of(material.name))
        if same is not None:
            lines[key_of(material.name)] = _Line(same.row, _both(same, material, row.row, findings))
            continue
        paper = normal_name(material.name)
        if paper in papers:
            message = f"“{material.name[:60]}”与第{papers[paper]}行是同一种材料，要求不同，作为两项保留"
            findings.add(row.row, "repeated-material", message)
        papers.setdefault(paper, row.row)
        lines[key_of(material.name)] = _Line(row.row, material)
    return tuple(replace(line.material, id=f"{prefix}-{n:02}") for n, line in enumerate(lines.values(), start=1))


def _both(first: _Line, second: Material, row: int, findings: Findings) -> Material:
    """Return one line that asks for no less than either."""
    material = first.material
    merged = replace(
        material,
        due=material.due | second.due,
        necessity=max(material.necessity, second.necessity, key=_STRICT.__getitem__),
    )
    how = "只保留一项" if merged == material == replace(second, id=material.id) else "要求有出入，按较多的合为一项"
    findings.add(row, "duplicate-material", f"“{material.name[:60]}”与第{first.row}行重复，{how}")
    return merged


def _material(row: SourceRow, findings: Findings) -> Material | None:
    raw = row.values["material"]
    if len(raw) > MAX_MATERIAL * 4:
        findings.add(row.row, "too-long", f"材料名称有{len(raw)}个字，不是名称，这一行没有收入：{one_line(raw[:30])}…")
        return None
    text = cleaned(raw, row.row, findings)
    if not text or len(text) > MAX_MATERIAL:
        kind, why = ("too-long", f"材料名称超过{MAX_MATERIAL}字") if text else ("missing-name", "材料名称里没有文字")
        findings.add(row.row, kind, f"{why}，这一行没有收入：{one_line(text[:30])}")
        return None
    bundle = bundle_of(text)
    name = one_line(text) if bundle is None or "\n" not in text else " ".join(text.split("\n"))
    if bundle is not None:
        _report(bundle, row.row, findings)
    cells = Cells(row.row, row.values, findings)
    named = _named_counts(name, bundle)
    form = _form(cells, row, named)
    note = cells.text("note")
    if named.electronic:
        findings.add(row.row, "electronic-copy", f"名称里要求电子版，只记在备注里，不计份数：{name[:60]}")
        note = "；".join(filter(None, (note, "按名称另须电子版" if named.paper else "按名称为电子版")))
    return Material(
        id="",
        name=name,
        due=_due(cells, name, named, form),
        necessity=_necessity(cells, row),
        document=cells.line("material_code"),
        form=form,
        source=_source(cells, row),
        where="，".join(filter(None, (cells.text("issuer"), cells.text("where")))),
        standard=cells.text("standard"),
        seal=cells.line("seal"),
        validity_days=cells.number("validity", 36_500) or None,
        basis=cells.text("material_basis"),
        note=note,
    )


def _report(bundle: Bundle, row: int, findings: Findings) -> None:
    how = "可任选的" if bundle.choice else ""
    listed = " / ".join(document[:40] for document in bundle.documents)
    message = f"一个单元格里有{len(bundle.documents)}份{how}材料，仍作一项收取，请核对份数：{listed}"
    findings.add(row, "bundled-documents", message)


def _named_counts(name: str, bundle: Bundle | None) -> Counts:
    """Read the counts in a name; among several documents only what is said of all of them counts."""
    if bundle is None:
        return counts_in_name(name)
    each = [counts_in_name(document) for document in bundle.documents]
    silent = all(counts.due is None for counts in each[:-1])
    if all(counts == each[0] for counts in each) or (silent and name.endswith(("）", ")"))):
        return each[-1]
    return Counts()


def _due(cells: Cells, name: str, named: Counts, form: Form) -> Due:
    if named.odd:
        cells.findings.add(cells.row, "unreadable-value", f"名称里的份数超出范围，按一份处理：{name[:60]}")
    said = named
    for field in ("collection", "paper"):
        words = counts_in(cells.line(field))
        if words.due is not None:
            said = words if said.due is None else replace(said, due=said.due | words.due)
            break
    counts = {field: _count(cells, field) for field in ("originals", "copies", "sheets")}
    if counts["sheets"] and said.due is not None:
        return _times(said.due, counts["sheets"])
    if counts["sheets"]:
        return Due(either=counts["sheets"])
    due = due_of(name, counts["originals"], counts["copies"], said.due)
    if form is Form.ELECTRONIC and said.due is None and not counts["originals"] and not counts["copies"]:
        return Due(electronic=1)
    return due


def _times(due: Due, sheets: int) -> Due:
    """Return the demand with the count a column gives, for each kind of paper that is asked for."""
    parts = (due.inspect, due.keep, due.copies, due.either)
    inspect, keep, copies, either = (max(part, sheets) if part else 0 for part in parts)
    return Due(inspect, keep, copies, either, due.electronic)


def _count(cells: Cells, field: str) -> int:
    text = cells.line(field)
    if not text or text in {"无", "-", "/", "—"}:
        return 0
    number = number_in(text)
    if number is None:
        cells.findings.add(cells.row, "unreadable-value", f"份数“{text[:20]}”读不懂，按一份处理")
        return 0
    return number


def _necessity(cells: Cells, row: SourceRow) -> Necessity:
    text = cells.line("necessity")
    if not text:
        return Necessity.REQUIRED
    scheme = row.schemes.get("necessity", "")
    found = codes.necessity(scheme, text.removesuffix("材料").split(".")[0])
    if found is not None:
        return found
    if text in {"是", "否"}:
        return Necessity.REQUIRED if text == "是" else Necessity.OPTIONAL
    cells.findings.add(row.row, "unknown-code", f"材料必要性“{text[:20]}”不在代码表里，按必要处理")
    return Necessity.REQUIRED


def _form(cells: Cells, row: SourceRow, named: Counts) -> Form:
    text = cells.line("form")
    if not text:
        return Form.PAPER if named.paper else Form.PAPER_OR_ELECTRONIC
    found = codes.form(row.schemes.get("form", ""), text.split(".")[0])
    if found is None:
        cells.findings.add(row.row, "unknown-code", f"材料形式“{text[:20]}”不在代码表里，按纸质处理")
    return found or Form.PAPER


def _source(cells: Cells, row: SourceRow) -> str:
    text = cells.line("source")
    if not text.removesuffix(".0").isdecimal():
        return text
    label = codes.label(row.schemes.get("source", ""), "source", text.removesuffix(".0"))
    if label is None:
        cells.findings.add(row.row, "unknown-code", f"来源渠道“{text}”不在代码表里")
    return label or text
