"""物流轨迹: from what a carrier told, in whatever order and however often, to where a bag is.

Everything here is a function of the *set* of events. Carriers tell late, in batches, and the same thing again with other
words or at another time; none of that may change the outcome.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from clerk_app.domain.custody_bodies import TrackEvent
from clerk_app.domain.timing import BEIJING
from clerk_app.domain.tracking_codes import CODES, LEG_LABELS, ORDER, STAND_LABELS, STAND_WORDS, Leg, Meaning, Stand

_TIME = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
"""Years of this century: a bag that was delivered in 9999 was not."""
_NEVER = datetime.max.replace(tzinfo=BEIJING)
_COURTESY = re.compile(r"如有疑问|如有问题|投诉|连接美好|感谢|期待再次|[，,;；]\s*(?:投递员|快递员)\s*[:：【]")
"""From here on a text no longer says what became of the bag."""
_NAMED = re.compile(
    r"(?:他人代收|其他|代签收|代收人|代收|代签|签收人|签收)(?=\s*(?:[【】\[（(:：,，]\s*)+(?P<who>[^【】\]）)，,。；;:：]{1,40}))"
)
"""Whom the carrier names; the last place that names anybody is the one that is meant: “已签收，他人代收：门卫”."""
_SIGNER = re.compile(r"签收人\s*[:：]\s*(?P<who>[^【】\]）)，,。；;:：]{1,40})")
_REASON = re.compile(r"(?:因|由于)(?P<why>[^，,。；;【】]{2,40})")
_REASON_WORDS = re.compile(
    r"(?:收件人|本人|客户|联系人)[^，,。；;【】]{0,12}(?:不在|外出|要求|同意|委托|授权|指定|不便)[^，,。；;【】]{0,20}"
    r"|(?:电话|手机)[^，,。；;【】]{0,6}(?:无法接通|无人接听|停机|关机|同意)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event of the way, with every version of it that was told."""

    code: str
    place: str
    label: str
    """Chinese; of a code nobody here knows what the carrier calls it, with the code."""
    leg: Leg
    """``UNKNOWN``: it moves nothing."""
    moment: datetime | None
    """``None``: the carrier gave no time that is one; such a step is at the end and moves nothing."""
    versions: tuple[TrackEvent, ...]
    again: bool = False
    """The step before says the same of the same place: told anew with another time, or happened twice."""

    @property
    def at(self) -> str:
        """RFC 3339 in the time of the country, or what the carrier gave instead of a time."""
        return self.versions[0].at if self.moment is None else self.moment.isoformat(timespec="seconds")

    @property
    def texts(self) -> tuple[str, ...]:
        """What the carrier wrote about it, each once."""
        return tuple(dict.fromkeys(event.detail for event in self.versions if event.detail))


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherHand:
    """代收: who took it for whom it was sent to, as far as the carrier says (送达回证 代收人及代收原因)."""

    stand: Stand
    who: str
    """As the carrier names them, or what kind of hand it was."""
    reason: str
    """Empty: the carrier gives none."""
    text: str
    """The carrier's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """Where a bag is with its carrier, and how it got there."""

    leg: Leg = Leg.UNKNOWN
    since: datetime | None = None
    """When the leg it is on now began."""
    steps: tuple[Step, ...] = ()
    """By the carrier's clock; those without a time at the end."""
    delivered_to: str = ""
    """``本人``, or who took it; empty while nobody did, and where the carrier does not say."""
    other_hand: OtherHand | None = None
    went_back: tuple[str, ...] = ()
    """A sentence for every place where a later event takes an earlier one back."""

    @property
    def last(self) -> Step | None:
        """The last step by the carrier's clock; one without a time only where none has any."""
        timed = [step for step in self.steps if step.moment is not None] or self.steps
        return timed[-1] if timed else None

    @property
    def label(self) -> str:
        """The leg in Chinese."""
        return LEG_LABELS[self.leg]

    @property
    def over(self) -> bool:
        """Whether the carrier has nothing left to do."""
        return self.leg in {Leg.DELIVERED, Leg.RETURNED}


def merged(old: Iterable[TrackEvent], new: Iterable[TrackEvent]) -> tuple[TrackEvent, ...]:
    """Return both sets as one, by the carrier's clock, nothing twice."""
    return tuple(sorted({*old, *new}, key=_place_in_line))


def follow(
    events: Iterable[TrackEvent],
    carrier: str,
    waybill: str = "",
    codes: Mapping[str, Mapping[str, Meaning]] = CODES,
) -> Tracking:
    """Return what a set of events comes to; with ``waybill`` only those of that number count."""
    known = codes.get(carrier, {})
    steps = _steps((event for event in events if not waybill or event.waybill == waybill), known)
    leg, since, went_back = Leg.UNKNOWN, None, []
    run: list[Step] = []
    for step in steps:
        if step.leg is Leg.UNKNOWN or step.moment is None:
            continue
        reached = _on_the_way_back(step.leg) if leg in {Leg.RETURNING, Leg.RETURNED} else step.leg
        if run and _goes_back(leg, reached):
            went_back.append(f"{_when(step)} {step.label}，此前 {_when(run[-1])} 已是“{LEG_LABELS[leg]}”")
        if reached is not leg:
            since, run = step.moment, []
        leg = reached
        run.append(step)
    said = _said(run) if leg is Leg.DELIVERED else []
    other = _other_hand(said)
    return Tracking(
        leg=leg,
        since=since,
        steps=steps,
        delivered_to=other.who if other else _own_hand(said),
        other_hand=other,
        went_back=tuple(went_back),
    )


def moment_of(text: str) -> datetime | None:
    """Return a carrier's time in the time of the country, which one without offset is taken to be in; ``None``: no time."""
    if _TIME.fullmatch(text) is None:
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return told.replace(tzinfo=BEIJING) if told.tzinfo is None else told.astimezone(BEIJING)


def without_courtesies(text: str) -> str:
    """Return what a carrier's text says of the bag, without whom to ring and what a pleasure it was."""
    return _COURTESY.split(text, maxsplit=1)[0].strip(" ，,。")


def _place_in_line(event: TrackEvent) -> tuple[datetime, str, str, str, str, str, str]:
    moment = moment_of(event.at) or _NEVER
    return (moment, event.at, event.waybill, event.code, event.place, event.name, event.detail)


def _steps(events: Iterable[TrackEvent], known: Mapping[str, Meaning]) -> tuple[Step, ...]:
    versions: dict[tuple[object, ...], list[TrackEvent]] = {}
    for event in sorted(set(events), key=_place_in_line):
        key = (moment_of(event.at) or event.at, event.waybill, event.code, event.place)
        versions.setdefault(key, []).append(event)
    steps = sorted((_step(tuple(told), known) for told in versions.values()), key=_turn)
    before: Step | None = None
    out: list[Step] = []
    for step in steps:
        again = before is not None and (before.code, before.place) == (step.code, step.place)
        out.append(replace(step, again=again))
        before = step
    return tuple(out)


def _step(versions: tuple[TrackEvent, ...], known: Mapping[str, Meaning]) -> Step:
    """Make one of the versions of an event: where they say different things, what goes further along the way counts."""
    leg, label = max(
        (_meant(event, known) for event in versions), key=lambda meant: (ORDER.index(meant[0]), len(meant[1]), meant[1])
    )
    first = versions[0]
    moment = moment_of(first.at)
    return Step(code=first.code, place=first.place, label=label, leg=leg, moment=moment, versions=versions)


def _meant(event: TrackEvent, known: Mapping[str, Meaning]) -> tuple[Leg, str]:
    meaning = known.get(event.code)
    if meaning is None:
        return Leg.UNKNOWN, f"{event.name or '未知环节'}（{event.code or '无代码'}）"
    for words, leg, label in meaning.unless:
        if words in event.name or words in event.detail:
            return leg, label
    return meaning.leg, meaning.label


def _turn(step: Step) -> tuple[datetime, int, str, str, str, str]:
    """Say when a step's turn comes: at one and the same second what is further along the way comes later."""
    first = step.versions[0]
    return (step.moment or _NEVER, ORDER.index(step.leg), step.code, step.place, first.at, first.waybill)


def _on_the_way_back(leg: Leg) -> Leg:
    """On its way back a bag is carried and delivered as on its way out, only to who sent it."""
    return Leg.RETURNED if leg in {Leg.DELIVERED, Leg.RETURNED} else Leg.RETURNING


def _goes_back(before: Leg, after: Leg) -> bool:
    if before is Leg.DELIVERED:
        return after is not Leg.DELIVERED
    if (before, after) == (Leg.ATTEMPTED, Leg.OUT_FOR_DELIVERY):
        return False
    return ORDER.index(after) < ORDER.index(before)


def _when(step: Step) -> str:
    return f"{step.moment:%m-%d %H:%M}" if step.moment is not None else step.at


def _said(steps: Iterable[Step]) -> list[str]:
    """Return what was told of a delivery, the last thing first, without the courtesies."""
    events = [event for step in steps for event in step.versions]
    return [without_courtesies(event.detail or event.name) for event in reversed(events)]


def _own_hand(said: Iterable[str]) -> str:
    for text in said:
        if "本人" in text:
            return "本人"
        signer = _SIGNER.search(text)
        if signer is not None:
            return signer["who"].strip()
    return ""


def _other_hand(said: Iterable[str]) -> OtherHand | None:
    """Read who took it; where one version says so and another does not, somebody else did: the receipt needs a reason."""
    texts = list(said)
    for pattern, stand in STAND_WORDS:
        for text in texts:
            if pattern.search(text) is not None:
                named = [found["who"].strip() for found in _NAMED.finditer(text)]
                return OtherHand(
                    stand=stand,
                    who=next((name for name in reversed(named) if name), STAND_LABELS[stand]),
                    reason=_reason(text),
                    text=text,
                )
    return None


def _reason(text: str) -> str:
    why = _REASON.search(text)
    if why is not None:
        return why["why"].strip(":： ")
    words = _REASON_WORDS.search(text)
    return words.group() if words else ""
