"""The protocol page: complete, and its worked example right."""

from __future__ import annotations

import json
from pathlib import Path

from clerk_app.domain.journal import Entry, signature_holds
from clerk_app.domain.kinds import KINDS
from clerk_app.domain.pairs import matrix, writes
from clerk_app.domain.plain import from_plain
from sync.central.line.endpoints import ENDPOINTS
from sync.central.problems import TROUBLES
from sync.wire import EPOCH_HEADER, MEDIA_TYPE, PROBLEMS

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
# RFC 8032 §7.1, test 1
PUBLIC_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")


def test_it_names_every_call_and_what_marks_an_answer() -> None:
    assert [e.path for e in ENDPOINTS if f"`{e.method} {e.path}" not in PAGE] == []
    assert all(mark in PAGE for mark in (EPOCH_HEADER, MEDIA_TYPE, PROBLEMS))


def test_it_lists_every_problem_with_its_status() -> None:
    assert [c for c, t in TROUBLES.items() if f"| `{c}` | {t.status} | {t.title} |" not in PAGE] == []


def test_it_lists_every_kind_with_who_may_say_it() -> None:
    for kind, about in KINDS.items():
        roles = ", ".join(sorted(role.value for role in about.roles))
        assert f"| `{kind}` | {about.label} | {roles} | {writes(about)} |" in PAGE


def test_it_prints_every_pair_of_kinds_as_the_merge_has_it() -> None:
    assert matrix() in PAGE


def test_its_example_is_signed_and_hashed_as_it_says() -> None:
    entry = from_plain(Entry, json.loads(PAGE.split("```json\n")[1].split("```")[0]))
    assert signature_holds(entry, PUBLIC_KEY)
    assert entry.signed_bytes().decode() in PAGE
    assert f"Its digest: `{entry.digest()}`." in PAGE
