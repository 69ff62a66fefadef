"""What a subject's entries tell, whatever the subject is: a case, a bag, a manifest or a tip. Both ends of the line fold by this."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

from clerk_app.domain import acts, custody_acts, tips
from clerk_app.domain.case import Case, evolve, fold
from clerk_app.domain.custody import Manifest, Parcel, evolve_manifest, evolve_parcel, fold_manifest, fold_parcel
from clerk_app.domain.custody_numbers import parse_custody_number
from clerk_app.domain.custody_summary import ManifestSummary, ParcelSummary, manifest_summary, parcel_summary
from clerk_app.domain.journal import Entry, Record
from clerk_app.domain.kinds import KINDS, About
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.summary import CaseSummary, summary_of
from clerk_app.domain.tips import Tip, TipSummary, evolve_tip, fold_tip, tip_summary

Standing = Case | Parcel | Manifest | Tip
_LETTERS = {"P": About.PARCEL, "M": About.MANIFEST, "T": About.TIP}


@lru_cache(maxsize=4096)
def about_of(subject: str) -> About:
    """Return what a subject is, by its number; whatever is no bag's or manifest's number is taken for a case's."""
    if (
        "-P" not in subject and "-M" not in subject and "-T" not in subject
    ):  # nearly every subject is a case, and is asked about at each step
        return About.CASE
    number = parse_custody_number(subject)
    return About.CASE if number is None or number.text != subject else _LETTERS[number.letter]


def fold_any(subject: str, records: Iterable[Record]) -> Standing | None:
    """Return what a subject's records tell, or ``None`` when none of them begins it."""
    match about_of(subject):
        case About.PARCEL:
            return fold_parcel(records)
        case About.MANIFEST:
            return fold_manifest(records)
        case About.TIP:
            return fold_tip(records)
        case _:
            return fold(records)


def evolve_any(stood: Standing | None, entry: Entry) -> Standing | None:
    """Return what stands after one entry; one about another kind of subject changes nothing but ``ignored``."""
    match about_of(entry.subject):
        case About.PARCEL:
            return evolve_parcel(stood if isinstance(stood, Parcel) else None, entry)
        case About.MANIFEST:
            return evolve_manifest(stood if isinstance(stood, Manifest) else None, entry)
        case About.TIP:
            return evolve_tip(stood if isinstance(stood, Tip) else None, entry)
        case _:
            return evolve(stood if isinstance(stood, Case) else None, entry)


def refusal_of(stood: Standing | None, entry: Entry, reach: Collection[str] = ()) -> Refusal | None:
    """Return why ``entry`` may not follow on what stands (``None``: nothing does yet), or ``None`` when it may.

    ``reach``: the points the actor answers for.
    """
    about, kind = about_of(entry.subject), KINDS.get(entry.kind)
    if kind is not None and about not in kind.about:
        return Refusal(code="body-invalid", message=f"“{kind.label}”与编号 {entry.subject} 不相配。")
    if about is About.CASE:
        return acts.refusal(stood if isinstance(stood, Case) else None, entry, reach)
    if about is About.TIP:
        return tips.refusal(stood if isinstance(stood, Tip) else None, entry)
    return custody_acts.refusal(stood if isinstance(stood, Parcel | Manifest) else None, entry)


Summary = CaseSummary | ParcelSummary | ManifestSummary | TipSummary


def summary_of_any(stood: Standing, unsent: int) -> Summary:
    """Return the summary of whatever it is, of which ``unsent`` entries are not confirmed."""
    if isinstance(stood, Parcel):
        return parcel_summary(stood, unsent)
    if isinstance(stood, Tip):
        return tip_summary(stood, unsent)
    return manifest_summary(stood, unsent) if isinstance(stood, Manifest) else summary_of(stood, unsent)


def wanted_for(stood: Standing) -> Iterable[str]:
    """Return the subjects this one tells of: where a case's papers are, its bags tell; what was signed for a bag, its lists."""
    if isinstance(stood, Parcel):
        return stood.cases
    return [line.parcel for line in stood.closed.lines] if isinstance(stood, Manifest) else ()
