"""What is wrong at the window itself, and what to do about each."""

from __future__ import annotations

from collections.abc import Sequence

from screens.widgets.prose import Para

REMEDIES = (
    ("空间", "手头这一件还能办完，已登记的都在；请清理磁盘，不要动窗口数据文件夹，腾出空间后不必重启。"),
    ("磁盘", "已登记的都在，程序会自动再试；反复出现请报修。"),
    ("只能读取", "能查询，不能登记；请检查窗口数据文件夹的权限，或退出正在使用它的另一个程序，改好后不必重启。"),
    ("旧的备份", "照常办理，编号不会重；请联网或插上第二副本，取回缺少的登记。"),
    ("损坏", "其余的照常使用；请联网，由市中心补回，补不回的会逐条列出。"),
    ("副本", "登记照常，只是少一份副本；请接通第二副本所在的磁盘。"),
    ("缺失", "照常办理；请联网或插上第二副本取回，仍缺的请值班主任用 clerk losses 逐条核对。"),
    ("时钟", "登记照常，先后次序不受影响；请校准本机时间。"),
    ("读取出错", "屏幕上填写的内容和已登记的都还在，程序会自动再试；反复出现请报修。"),
)
OTHERWISE = "已登记的都在；请用 clerk doctor 检查，或联系运维。"


def trouble_paras(troubles: Sequence[str]) -> list[Para]:
    """Return every trouble with what was kept and what to do, one a paragraph."""
    paras = []
    for n, trouble in enumerate(troubles):
        head = "本机问题  " if n == 0 else " " * 10
        paras.append(Para([(head, "dim"), (f"! {trouble}  ", "bad"), (_remedy(trouble), "")], 12))
    return paras


def _remedy(trouble: str) -> str:
    return next((words for sign, words in REMEDIES if sign in trouble), OTHERWISE)
