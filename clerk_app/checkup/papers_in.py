"""Checks of scanned papers: the files this window keeps, and the folder the scanner puts new ones in."""

from __future__ import annotations

from pathlib import Path

from clerk_app.checkup.machine import is_share, unwritable
from clerk_app.checkup.report import Check, State, ok, skipped, wrong
from clerk_app.settings import Settings
from clerk_app.store.records import Records

NAMED = 5
AGAIN = "请用纸质材料重新扫描，附到原来的材料上，再撤下坏的那一份（clerk scans 列出编号）。"
KEPT = "办件和其余扫描件不受影响"


def scans(records: Records, *, deep: bool) -> Check:
    """Whether the sealed files are there; ``deep``: and every piece of them opens."""
    held = records.scans
    faults = held.examine() if deep else [(standing, "gone") for standing in held.missing()]
    told = f"扫描件 {held.count()} 份，待传 {held.waiting_count()} 份"
    told += f"，被退 {held.refused_count()} 份" if held.refused_count() else ""
    lost = [standing for standing, _ in faults if standing.state != "sent"]
    if lost:
        cases = list(dict.fromkeys(subject for standing in lost for subject in standing.subjects))
        more = f" 等 {len(cases)} 件" if len(cases) > NAMED else ""
        found = f"{len(lost)} 份没有上传的扫描件已损坏或不在，属于办件 {'、'.join(cases[:NAMED])}{more}。{told}"
        return wrong("scans", found, AGAIN, KEPT, State.WARNING)
    if held.refused_count():
        return wrong("scans", f"有扫描件被退。{told}", AGAIN, KEPT, State.WARNING)
    if faults:
        told += f"；另有 {len(faults)} 份本机的已损坏或不在，市中心都有"
        return wrong("scans", f"{told}。", "不用处理；要用时向市中心取。", KEPT, State.WARNING)
    return ok("scans", told + ("，每一份都打开核对过" if deep else ""))


def scanner(settings: Settings) -> Check:
    """Whether files can come from the scanner's folder and be taken out of it."""
    if not settings.scanner:
        return skipped("scanner", "没有设置扫描仪文件夹", "有扫描仪的，把它存文件的文件夹写在 window.json 的 scanner。")
    place = Path(settings.scanner)
    kept = "办件照常登记，扫描件可用 clerk scan attach 逐份附上"
    if not place.is_dir():
        found = "扫描仪文件夹不在。" if not place.exists() else "扫描仪文件夹所指的不是文件夹。"
        return wrong("scanner", found, "请检查扫描仪、网络共享和 window.json 的 scanner。", kept, State.WARNING)
    try:
        waiting = sum(path.is_file() and not path.is_symlink() for path in place.iterdir())
    except OSError:
        return wrong("scanner", "扫描仪文件夹读不到。", "请检查文件夹权限。", kept, State.WARNING)
    problem = unwritable(place)
    if problem:
        found = f"扫描仪文件夹里的文件删不掉（{problem}），附好后原件会留在那里。"
        return wrong("scanner", found, "请检查文件夹权限，并及时手工清理。", kept, State.WARNING)
    share = "，在网络共享上，每隔几秒看一次" if is_share(place) else ""
    return ok("scanner", f"扫描仪文件夹可用，里面有 {waiting} 个文件{share}")
