"""Where a bag is with its carrier: what codes and words mean, and what is said when something is taken back."""

from __future__ import annotations

import pytest

from clerk_app.domain.custody_bodies import TrackEvent
from clerk_app.domain.tracking import Tracking, follow, merged, moment_of
from clerk_app.domain.tracking_codes import LEG_LABELS, STAND_LABELS, Leg, Meaning, Stand

WAYBILL = "1200000000017"


def event(
    code: str, at: str, *, detail: str = "", place: str = "样例揽投部", name: str = "", **more: str
) -> TrackEvent:
    """An event of 26 December at this hour, or at a whole time."""
    whole = f"2024-12-26T{at}:00+08:00" if len(at) == 5 else at
    return TrackEvent(
        **({"waybill": WAYBILL, "at": whole, "code": code, "name": name} | more), place=place, detail=detail
    )


def ems(*events: TrackEvent) -> Tracking:
    return follow(events, "ems")


@pytest.mark.parametrize(
    ("codes", "leg"),
    [
        ("", Leg.UNKNOWN),
        ("203", Leg.ACCEPTED),
        ("203 389", Leg.IN_TRANSIT),
        ("203 912 954 306", Leg.IN_TRANSIT),
        ("203 389 306 702", Leg.OUT_FOR_DELIVERY),
        ("203 702 705", Leg.ATTEMPTED),
        ("203 702 705 702 704", Leg.DELIVERED),
    ],
)
def test_the_last_thing_told_is_where_it_is_and_a_second_try_takes_nothing_back(codes: str, leg: Leg) -> None:
    tracking = ems(*(event(code, f"{8 + hour:02}:00") for hour, code in enumerate(codes.split())))

    assert tracking.leg is leg
    assert tracking.label == LEG_LABELS[leg]
    assert tracking.over is (leg is Leg.DELIVERED)
    assert tracking.went_back == ()


def test_steps_stand_by_the_carriers_clock_with_their_chinese_names() -> None:
    tracking = ems(event("704", "17:00"), event("203", "08:00"), event("702", "15:00"))

    assert [(step.label, step.at) for step in tracking.steps] == [
        ("收寄", "2024-12-26T08:00:00+08:00"),
        ("派送中", "2024-12-26T15:00:00+08:00"),
        ("妥投", "2024-12-26T17:00:00+08:00"),
    ]
    assert tracking.since == moment_of("2024-12-26T17:00:00+08:00")


def test_what_came_back_after_it_was_delivered_is_said() -> None:
    tracking = ems(event("704", "10:00"), event("705", "16:30", detail="收件人拒收，邮件退回"))

    assert tracking.leg is Leg.RETURNING
    assert tracking.went_back == ("12-26 16:30 未妥投，退回，此前 12-26 10:00 已是“妥投”",)
    assert (tracking.delivered_to, tracking.other_hand) == ("", None)


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ("702 954", ["此前 12-26 08:00 已是“派送中”"]),
        ("705 389", ["此前 12-26 08:00 已是“未妥投”"]),
        ("704 702 704", ["此前 12-26 08:00 已是“妥投”"]),
        ("954 203 702 306", ["此前 12-26 08:00 已是“运输中”", "此前 12-26 10:00 已是“派送中”"]),
    ],
)
def test_every_step_backwards_has_its_sentence(codes: str, said: list[str]) -> None:
    tracking = ems(*(event(code, f"{8 + hour:02}:00") for hour, code in enumerate(codes.split())))

    assert [sentence.partition("，")[2] for sentence in tracking.went_back] == said


def test_on_its_way_back_it_is_carried_and_delivered_to_who_sent_it() -> None:
    back = event("705", "09:00", detail="因收件人迁址，退回寄件人")

    on_the_way = ems(back, event("389", "12:00"), event("702", "15:00"))
    home = ems(back, event("389", "12:00"), event("702", "15:00"), event("704", "16:00", detail="已签收，门卫"))

    assert (on_the_way.leg, on_the_way.went_back) == (Leg.RETURNING, ())
    assert (home.leg, home.over, home.went_back) == (Leg.RETURNED, True, ())
    assert (home.delivered_to, home.other_hand) == ("", None)
    assert ems(event("704", "16:00", name="投递结果反馈-退回妥投")).leg is Leg.RETURNED


def test_a_code_nobody_knows_is_shown_and_moves_nothing() -> None:
    tracking = ems(event("702", "15:00"), event("998", "18:00", name="特殊环节"), event("", "19:00"))

    assert tracking.leg is Leg.OUT_FOR_DELIVERY
    assert [step.label for step in tracking.steps] == ["派送中", "特殊环节（998）", "未知环节（无代码）"]
    assert follow([event("704", "15:00")], "no-such-carrier").leg is Leg.UNKNOWN


def test_a_city_may_bring_its_own_codes() -> None:
    own = {"local": {"A1": Meaning(Leg.DELIVERED, "送达")}}

    assert follow([event("A1", "15:00")], "local", codes=own).leg is Leg.DELIVERED


@pytest.mark.parametrize(
    "at",
    [
        "",
        "昨天",
        "2024-13-40T08:00:00+08:00",
        "9999-12-31T23:59:59+08:00",
        "2024-12-26",
        "２０２４-12-26T08:00:00Z",
        "\ud800",
    ],
)
def test_a_time_that_is_none_leaves_the_step_at_the_end_where_it_moves_nothing(at: str) -> None:
    tracking = ems(event("704", at or " "), event("702", "15:00"))

    assert tracking.leg is Leg.OUT_FOR_DELIVERY
    assert [(step.code, step.moment is None) for step in tracking.steps] == [("702", False), ("704", True)]
    assert tracking.steps[1].at == (at or " ")
    assert moment_of(at) is None


def test_times_of_any_offset_stand_in_one_line_and_one_without_is_the_countrys() -> None:
    tracking = ems(event("702", "2024-12-26T08:30:00Z"), event("203", "2024-12-26 16:00:00"), event("389", "16:10"))

    assert [(step.code, step.at[11:16]) for step in tracking.steps] == [
        ("203", "16:00"),
        ("389", "16:10"),
        ("702", "16:30"),
    ]


def test_at_one_and_the_same_second_what_is_further_along_the_way_comes_later() -> None:
    told = [event("704", "15:00"), event("203", "15:00"), event("702", "15:00"), event("999", "15:00")]

    for order in (told, told[::-1]):
        tracking = ems(*order)
        assert [step.code for step in tracking.steps] == ["999", "203", "702", "704"]
        assert (tracking.leg, tracking.went_back) == (Leg.DELIVERED, ())


def test_an_event_with_other_words_is_one_step_that_keeps_both() -> None:
    tracking = ems(event("704", "15:00", detail="已签收"), event("704", "15:00", detail="已签收，他人代收：门卫"))

    [step] = tracking.steps
    assert set(step.texts) == {"已签收", "已签收，他人代收：门卫"}
    assert tracking.other_hand is not None
    assert (tracking.other_hand.stand, tracking.delivered_to) == (Stand.GATE, "门卫")


def test_an_event_told_again_with_an_earlier_time_is_marked_and_takes_nothing_back() -> None:
    tracking = ems(event("704", "15:00"), event("704", "14:40", detail="已签收，代收：家人"))

    assert [(step.at[11:16], step.again) for step in tracking.steps] == [("14:40", False), ("15:00", True)]
    assert (tracking.leg, tracking.went_back) == (Leg.DELIVERED, ())
    assert tracking.since == moment_of("2024-12-26T14:40:00+08:00")
    assert tracking.delivered_to == "家人"


def test_only_the_waybill_that_is_asked_for_counts() -> None:
    told = [event("704", "10:00", waybill="1200000000000"), event("203", "15:00")]

    assert follow(told, "ems", WAYBILL).leg is Leg.ACCEPTED
    assert follow(told, "ems").leg is Leg.ACCEPTED
    assert follow(told, "ems").went_back != ()


@pytest.mark.parametrize(
    ("detail", "to", "stand", "reason"),
    [
        ("您的快件已代签收【家人，，】，如有疑问请电联快递员【电话】。", "家人", Stand.FAMILY, ""),
        ("已签收,家门口", "家门口", Stand.DOOR, ""),
        ("已签收，他人代收：门卫，投递员：某人", "门卫", Stand.GATE, ""),
        ("已签收，他人代收：样例代收点。", "样例代收点", Stand.STATION, ""),
        ("因收件人不在家，应其要求放入智能快递柜", STAND_LABELS[Stand.LOCKER], Stand.LOCKER, "收件人不在家"),
        ("经收件人同意，放在门口", STAND_LABELS[Stand.DOOR], Stand.DOOR, "收件人同意"),
        ("电话无法接通，由同事签收", STAND_LABELS[Stand.COLLEAGUE], Stand.COLLEAGUE, "电话无法接通"),
        ("已由邻居代收", STAND_LABELS[Stand.NEIGHBOUR], Stand.NEIGHBOUR, ""),
        ("已签收,其他：张某", "张某", Stand.OTHER, ""),
    ],
)
def test_who_took_it_for_another_and_why_is_read_from_the_carriers_words(
    detail: str, to: str, stand: Stand, reason: str
) -> None:
    tracking = ems(event("704", "15:00", detail=detail))

    assert tracking.delivered_to == to
    other = tracking.other_hand
    assert other is not None
    assert (other.stand, other.who, other.reason) == (stand, to, reason)
    assert other.text
    assert other.text in detail


@pytest.mark.parametrize(
    ("detail", "to"),
    [
        ("已签收,本人签收 :++,投递员:某人", "本人"),
        ("本人在柜台领取", "本人"),
        ("已妥投，签收人：样例甲", "样例甲"),
        ("您的邮件已妥投，如有疑问请联系前台或代收点", ""),
        ("", ""),
    ],
)
def test_who_took_it_with_their_own_hand_is_no_other_hand(detail: str, to: str) -> None:
    tracking = ems(event("704", "15:00", detail=detail))

    assert (tracking.delivered_to, tracking.other_hand) == (to, None)


def test_what_people_type_needs_no_code_of_a_carrier() -> None:
    tracking = follow([event("accepted", "09:00"), event("delivered", "15:00")], "manual")

    assert (tracking.leg, [step.label for step in tracking.steps]) == (Leg.DELIVERED, ["已收寄", "妥投"])


def test_sets_come_together_in_line_and_nothing_twice() -> None:
    first, second, last = event("203", "08:00"), event("702", "15:00"), event("704", "17:00")
    rubbish = event("704", "？")

    assert merged((second, first), [rubbish, last, first, second]) == (first, second, last, rubbish)


def test_the_last_step_is_the_last_by_the_carriers_clock_in_whatever_order_they_were_told() -> None:
    late, early, timeless = event("702", "15:00", place="丙"), event("203", "10:00", place="甲"), event("389", "晚间")
    for told in ([late, early, timeless], [timeless, early, late]):
        last = ems(*told).last
        assert last is not None
        assert (last.at, last.place) == ("2024-12-26T15:00:00+08:00", "丙")
    only = ems(timeless).last
    assert only is not None
    assert only.at == "晚间"
    assert ems().last is None
