"""送达回执: at the counter, to somebody else, by post, electronically."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

from clerk_app.domain.bodies import Delivered
from clerk_app.domain.plain import from_plain
from clerk_app.paper.blocks import Paper
from clerk_app.paper.flow import pages_of
from clerk_app.paper.papers import compose
from clerk_app.paper.sheet import LEFT, WIDTH
from tests.support.bags import (
    HOME,
    WAYBILL,
)
from tests.support.marks import right_edge, signed
from tests.support.papers import APPLICANT, context_of, delivered_case


def receipt(**changes: Any) -> Paper:
    return compose("送达回执", context_of(delivered_case(**changes)))


def said(**changes: Any) -> str:
    return "\n".join(receipt(**changes).texts())


def test_the_receipt_at_the_counter_names_document_number_place_and_identity() -> None:
    text = said()
    told = (
        "居住证（准予）",
        "样公居〔2026〕0123号",
        "窗口领取",
        "2026年7月28日",
        "已核对居民身份证　440*************27",
    )
    assert [part for part in told if part not in text] == []
    assert "样例市文昌街道政务服务中心（窗口 01）" in text
    assert "代收人" not in text
    assert "运单号" not in text
    assert signed(receipt())[1] == ("收件人：欧阳𠮷娜", "签名：", "日期：　　　　年　　月　　日")
    assert signed(receipt(signed="screen"))[1][1] == "签名：已在窗口屏幕上签名"


def test_a_number_told_in_full_by_mistake_is_masked_on_paper() -> None:
    text = said(id_number_masked="440604190501010027")
    assert "440604190501010027" not in text
    assert "440*************27" in text


def test_an_identity_that_nobody_looked_at_is_said_to_be_so_at_the_counter_alone() -> None:
    assert "身份核验\n（未登记）" in said(id_kind="", id_number_masked="")
    assert "身份核验" not in said(id_kind="", id_number_masked="", how="post")
    assert "已核对其他证件" in said(id_kind="other", id_number_masked="")


def test_who_collects_for_another_is_named_with_the_reason_and_signs() -> None:
    agent = {"to": "欧阳样例", "agent": "欧阳样例", "agent_reason_code": "family", "agent_reason": "母亲"}
    assert "家属代收：母亲" in said(**agent)
    assert signed(receipt(**agent))[1][0] == "代收人：欧阳样例"
    assert "代收原因\n邻居代领" in said(agent="王某", agent_reason_code="other", agent_reason="邻居代领")
    assert "代收原因\n其他" in said(agent="王某", agent_reason_code="other")


def test_a_posted_result_has_waybill_carrier_and_the_carriers_words() -> None:
    posted = {"how": "post", "waybill": WAYBILL, "carrier": "ems", "place": HOME.address}
    text = said(**posted, signed="已妥投，他人代签收：家人")
    assert [part for part in (WAYBILL, "邮政特快专递", HOME.address, "邮寄") if part not in text] == []
    assert "签收情况：已妥投，他人代签收：家人" in text
    assert "各执一份" not in text
    assert "尚未反馈签收情况" in said(**posted)
    assert "送达地点\n\n" in said(how="post")


def test_an_electronic_delivery_is_signed_by_nobody() -> None:
    assert signed(receipt(how="electronic"))[1][0] == "受送达人已通过电子方式接收。"
    assert "电子送达" in said(how="electronic")


def test_the_receipt_takes_the_decisions_document_where_the_delivery_names_none() -> None:
    assert "样证字第9号" in said(document="样证字第9号")
    bare = replace(delivered_case(), decided=None)
    text = "\n".join(compose("送达回执", context_of(bare, item=None)).texts())
    assert "文件名称\n办理结果\n文号\n\n" in text


def test_the_receipt_names_the_clerk_where_nobody_is_named() -> None:
    assert "送达人：李样例（窗口 01）" in said(by="")
    assert "送达人：陈某（窗口 01）" in said(by="陈某")


def test_long_values_have_rows_of_their_own_and_the_applicant_stays_masked() -> None:
    text = said(agent="很长的名字" * 9, agent_reason="因" * 200, place="路" * 200, document="号" * 60)
    assert APPLICANT.phone not in text
    assert APPLICANT.id_number not in text
    pages = pages_of(receipt(agent="很长的名字" * 9, agent_reason="因" * 200, place="路" * 200, document="号" * 60))
    for page in pages:
        assert [mark for mark in page if right_edge(mark) > LEFT + WIDTH + 0.1] == []


def test_an_entry_written_before_the_receipt_knew_more_is_read_as_it_is() -> None:
    old = from_plain(Delivered, {"on": "2026-07-28", "to": "本人"})
    assert old == Delivered(on=date(2026, 7, 28), to="本人")
    assert [f.name for f in fields(Delivered) if getattr(old, f.name)] == ["on", "to", "how"]
