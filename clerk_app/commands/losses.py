"""What this window lost, by name, and writing off what is nowhere any more."""

from __future__ import annotations

import argparse
from typing import Any

from clerk_app.commands.intake import signed_in
from clerk_app.commands.output import DONE, say
from clerk_app.commands.window import folder_of
from clerk_app.domain.kinds import KINDS
from clerk_app.store.books.losses import Loss, LossState, words
from clerk_app.wiring import Window


def losses(options: argparse.Namespace) -> int:
    """List what was lost; done, whether or not anything was."""
    with Window(folder_of(options), read_only=True) as window:
        found = signed_in(window).losses()
        notices = window.records.notices()
    say(
        {"losses": [_value(loss) for loss in found], "notices": notices},
        options.json,
        [*notices, *(words(loss, _label(loss)) for loss in found)] or ["本窗口没有灭失的流水。"],
    )
    return DONE


def write_off(options: argparse.Namespace) -> int:
    """Write off what is lost for good."""
    with Window(folder_of(options)) as window:
        desk = signed_in(window)
        count = desk.write_off(options.reason)
        off = [loss for loss in desk.losses() if loss.state is LossState.WRITTEN_OFF]
    told = f"已核销 {count} 条，其后登记的可以上报了。请按留底核对下列办件，需要的重新登记："
    say(
        {"written_off": count, "losses": [_value(loss) for loss in off]},
        options.json,
        [told, *(words(loss, _label(loss)) for loss in off)],
    )
    return DONE


def _label(loss: Loss) -> str:
    return KINDS[loss.kind].label if loss.kind in KINDS else ""


def _value(loss: Loss) -> dict[str, Any]:
    return {
        "first": loss.first,
        "last": loss.last,
        "case": loss.subject or None,
        "applicant": loss.applicant or None,
        "kind": loss.kind or None,
        "perhaps": list(loss.perhaps),
        "state": loss.state.value,
        "cause": loss.cause,
        "kept": loss.kept or None,
        "noticed": loss.noticed,
    }
