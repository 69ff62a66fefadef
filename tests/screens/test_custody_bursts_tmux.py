"""A scanner's burst with Enter, and the next key right behind it, in every state of 寄递 and 交接, through a real terminal."""

from __future__ import annotations

import re
from pathlib import Path

from clerk_app.store.records import Records
from tests.screens.test_scan_bursts import prepared
from tests.support.client import PASSWORD, SEAT, SUPERVISOR, opened
from tests.support.counter import KEY
from tests.support.dispatching import BADGE, PIN, S10, desk_of, stranger
from tests.support.tmux import Terminal, terminal

NEXT = "7"
"""The key right behind a scan."""
REFUSED = "刚才扫描的没有录入"
LEADS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "waiting": (("1", "<Enter>"), "[1待封袋]", "{goes}  【待交接】"),
    "packed": (("2", "<Enter>"), "[2已封袋]", "{goes}  【待交接】"),
    "manifests": (("3", "<Enter>"), "[3交接清单]", "{goes}  【待交接】"),
    "moving": (("4", "<Enter>"), "[4在途]", "{goes}  【待交接】"),
    "arriving": (("5", "<Enter>"), "[5到件]", "{goes}  【待交接】"),
    "results": (("6", "<Enter>"), "[6待领取]", "{goes}  【待交接】"),
    "tasks": (("7", "<Enter>"), "[7差异]", "{goes}  【待交接】"),
    "packing": (("1", "<Enter>", "<Enter>"), "封签 还没有扫描", "不是封签号"),
    "bag": (("{waits}", "<Enter>"), "{waits}  【待交接】", "{goes}  【待交接】"),
    "label": (("{waits}", "<Enter>", "<F7>"), "标签已打印", "{goes}  【待交接】"),
    "waybill": (("{waits}", "<Enter>", "<F8>"), "请扫描面单上的运单号", "这是袋号或清单号"),
    "unseal": (("{waits}", "<Enter>", "<DC>"), "袋号作废", REFUSED),
    "discrepancy": (("{waits}", "<Enter>", "<F10>"), "哪一种差异", REFUSED),
    "discrepancy-words": (("{waits}", "<Enter>", "<F10>", "<Enter>"), "差异：短少", REFUSED),
    "trace": (("{result}", "<Enter>"), "现在：", "{goes}  【待交接】"),
    "receiving": (("5", "<Enter>", "<Enter>"), "没有差异", "{goes}  【待交接】"),
    "receiving-short": (("5", "<Enter>", "<Enter>", "<F7>"), "差异：短少", REFUSED),
    "receiving-note": (("5", "<Enter>", "<Enter>", "<F7>", "<Enter>", "<Enter>"), "差异：短少", REFUSED),
    "receiving-broken": (("5", "<Enter>", "<Enter>", "<F10>"), "封签破损  没有差异", "先按 F9 签收"),
    "receiving-confirm": (("5", "<Enter>", "<Enter>", "<F9>"), "签收：请确认", REFUSED),
    "arrival": (("6", "<Enter>", "<F8>"), "登记结果到达", "这不是办件编号"),
    "handing": (("6", "<Enter>", "<Enter>"), "还没有核对", "不是证件"),
    "agent": (("6", "<Enter>", "<Enter>", "<F7>"), "他人代领", REFUSED),
    "posting": (("6", "<Enter>", "<Enter>", "<F10>"), "运单 还没有扫描", "这是袋号或清单号"),
    "posting-seal": (("6", "<Enter>", "<Enter>", "<F10>", S10, "<Enter>"), f"运单 {S10}", "不是封签号"),
    "posting-address": (("6", "<Enter>", "<Enter>", "<F10>", "<F8>"), "收件地址", REFUSED),
}
"""The keys that lead to a state from the lists, what is on the screen there, and what a bag's scan does."""


def typed(shown: str) -> bool:
    """Whether the next key stands in the field that has the focus, behind what was there before and nothing of the scan."""
    return any(re.search(rf"(^|\s|文昌路2号){NEXT}$", line.rstrip()) for line in shown.splitlines())


def scan(client: Terminal, bag: str, said: str) -> None:
    """Scan a bag, strike the next key right behind it, and see what came of both."""
    client.burst(bag, "<Enter>", NEXT)
    client.wait_until(lambda shown: said in shown and typed(shown), f"{said!r}, and {NEXT!r} in a field")


def at_the_lists(shown: str) -> bool:
    return "下一列表" in shown and "F1 帮助" in shown


def back(client: Terminal) -> None:
    """Go back to the lists; at the lists one Esc more does nothing."""
    for _ in range(3):
        client.keys("Escape")
    client.wait_until(at_the_lists, "the lists")


async def test_a_scan_and_the_key_behind_it_go_where_they_are_meant_in_every_state(tmp_path: Path) -> None:
    async with opened(tmp_path, signed_in=False) as one:
        await one.sign_in(SUPERVISOR)
        numbers = await prepared(one)
        other = stranger(desk_of(one).today)
        before = [record.entry.id for record in one.records.journal()]
    with terminal(["-m", "tests.support.client_program", str(tmp_path)], (80, 24), "custody") as client:
        client.wait_for("工号")
        client.burst(SUPERVISOR.number, "<Enter>", PASSWORD, "<Enter>", "<F4>")
        client.wait_for("[1待封袋]")
        for keys, there, said in LEADS.values():
            client.burst(*(key.format(**numbers) for key in keys))
            client.wait_for(there.format(**numbers))
            scan(client, numbers["goes"], said.format(**numbers))
            back(client)
        client.burst("<Escape>", "6", "<Enter>")
        client.wait_for("[6待领取]")
        client.keys("F9")
        hand_over(client, numbers["goes"], other)
        client.keys("Escape")
        client.wait_until(at_the_lists, "the lists")
        client.keys("C-q")
        client.wait_gone()

    with Records.open(tmp_path, KEY, window=SEAT.window) as records:
        added = [record.entry for record in records.journal() if record.entry.id not in before]
        assert sorted(entry.kind for entry in added) == ["manifest.closed", "parcel.handed_over"]
        closed = next(entry for entry in added if entry.kind == "manifest.closed").body
        assert [line["parcel"] for line in closed["lines"]] == [numbers["goes"]]
        assert [(one["parcel"], one["note"]) for one in closed["found"]] == [(other, "隔壁的")]


def hand_over(client: Terminal, bag: str, other: str) -> None:
    """Go through a hand-over, with a bag scanned at every step and in every dialog."""
    client.wait_for("请揽收员出示工牌")
    scan(client, bag, "请先扫揽收员的工牌")
    client.burst("<C-u>", BADGE, "<Enter>")
    client.wait_for("请输入 PIN")
    client.burst(bag, "<Enter>", NEXT)
    shown = client.wait_until(lambda shown: "不算输错" in shown and "PIN  *" in shown, "a PIN that was begun")
    assert "PIN  **" not in shown
    in_dialog(client, "<F8>", "改为手签", bag)
    client.burst("<C-u>", PIN, "<Enter>")
    client.wait_for("请逐袋扫描")
    scan(client, bag, f"已收    {bag}")
    client.keys("C-u")
    scan(client, bag, f"重复：这一袋已经扫过    {bag}")
    client.keys("C-u")
    scan(client, other, f"不在清单：按 F8 写原因，或按 Del 拿掉    {other}")
    client.keys("C-u")
    in_dialog(client, "<F8>", f"不在清单：{other}", bag)
    in_dialog(client, "<Down>", "<F7>", f"封签破损：{bag}", bag)
    in_dialog(client, "<Escape>", "请确认退出交接", bag)
    client.burst("<Up>", "<F8>", "隔壁的", "<Enter>", "<F9>")
    client.wait_for("还有 1 袋没有扫到")
    scan(client, bag, f"重复：这一袋已经扫过    {bag}")
    client.keys("C-u")
    in_dialog(client, "<F8>", "应交未见", bag)
    client.keys("F9")
    client.wait_for("请双方核对数目")
    scan(client, bag, "按 Esc 回到扫袋")
    client.burst("<C-u>", "<F9>")
    client.wait_for("已封存")
    scan(client, bag, "请先扫揽收员的工牌")


def in_dialog(client: Terminal, *keys_and_there: str) -> None:
    """Open a dialog, scan a bag into it, see that it is refused, and close the dialog."""
    *keys, there, bag = keys_and_there
    client.burst(*keys)
    client.wait_for(there)
    scan(client, bag, REFUSED)
    client.keys("Escape")
    client.wait_until(lambda shown: REFUSED not in shown, "the dialog gone")
