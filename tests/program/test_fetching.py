"""A newer version is taken when it is signed, whole, newer and for this machine, and never otherwise."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clerk_app.line import LineDown
from clerk_app.program.fetching import MARGIN, Fetch, Refused
from clerk_app.program.state import BUNDLE, State, place_of, program_of
from clerk_app.program.switching import Programs
from clerk_app.program.unpacking import Interrupted
from sync.central.releases import signing
from tests.support.releasing import LONG_AGO, PASSPHRASE, PLATFORM, Publisher, Served, bundle

NOISE = {f"clerk/_internal/noise{n}": os.urandom(300_000) for n in range(5)}
"""What cannot be compressed, so that a bundle comes in several pieces."""


def fetch(programs: Programs, served: Served, version: str = "0.3.1", **more: Any) -> None:
    Fetch(programs, served, **{"platform": PLATFORM, **more}).run(version)


def refusal(programs: Programs, served: Served, version: str = "0.3.1", **more: Any) -> str:
    with pytest.raises(Refused) as refused:
        fetch(programs, served, version, **more)
    return refused.value.code


def left(programs: Programs) -> set[str]:
    """Return what lies in the program's folder, without the signed metadata and the lock."""
    place = place_of(programs.folder)
    return {path.name for path in place.iterdir()} - {
        "tuf",
        "root.json",
        ".lock",
        ".fetching",
        "state.json",
        "versions",
    }


def nothing_changed(programs: Programs) -> bool:
    versions = place_of(programs.folder) / "versions"
    return programs.state().staged == "" and not (versions.exists() and any(versions.iterdir()))


def test_a_signed_version_is_fetched_unpacked_and_waits(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))
    fetch(programs, served)
    assert programs.state() == State(staged="0.3.1")
    assert os.access(program_of(programs.folder, "0.3.1"), os.X_OK)
    assert left(programs) == set()


def test_a_version_signed_by_somebody_else_is_refused(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))
    fetch(programs, served)
    forger = Publisher.in_folder(tmp_path, "forger")
    forger.release()
    forger.release(bundle(tmp_path, "0.3.2"))
    assert refusal(programs, Served(forger.releases), "0.3.2") == "forged"
    assert programs.state().staged == "0.3.1"


def test_a_bundle_with_its_own_root_trusts_nobody_it_meets(
    programs: Programs, publisher: Publisher, tmp_path: Path
) -> None:
    forger = Publisher.in_folder(tmp_path, "forger")
    forger.release(bundle(tmp_path, "0.3.1"))
    assert refusal(programs, Served(forger.releases), embedded=publisher.root) == "forged"
    assert nothing_changed(programs)


def test_the_first_root_met_must_be_the_one_a_technician_named(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))
    assert refusal(programs, served, pinned="0" * 64) == "root"
    assert nothing_changed(programs)
    fetch(programs, served, pinned=hashlib.sha256(publisher.root).hexdigest())
    assert programs.state().staged == "0.3.1"


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize(
    ("file", "bend", "code"),
    [
        ("targets", flip, "tampered"),
        ("targets", cut, "truncated"),
        ("targets", Path.unlink, "truncated"),
        ("timestamp.json", flip, "forged"),
        ("timestamp.json", cut, "forged"),
        ("timestamp.json", Path.unlink, "missing"),
        ("1.snapshot.json", flip, "forged"),
        ("1.snapshot.json", Path.unlink, "missing"),
        ("1.targets.json", flip, "forged"),
        ("1.targets.json", cut, "forged"),
    ],
)
def test_what_was_bent_or_cut_on_the_way_is_refused_and_comes_when_it_is_whole(
    programs: Programs,
    publisher: Publisher,
    served: Served,
    tmp_path: Path,
    file: str,
    bend: Callable[[Path], Any],
    code: str,
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))
    path = publisher.target("0.3.1") if file == "targets" else publisher.metadata(file)
    whole = path.read_bytes()
    bend(path)
    assert refusal(programs, served) == code
    assert nothing_changed(programs)
    assert programs.wanted("0.3.1")
    path.write_bytes(whole)
    fetch(programs, served)
    assert programs.state().staged == "0.3.1"


def test_metadata_that_were_valid_once_are_refused_once_newer_ones_were_seen(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))
    old = publisher.metadata("timestamp.json").read_bytes()
    publisher.release(bundle(tmp_path, "0.3.2"))
    fetch(programs, served, "0.3.2")
    publisher.metadata("timestamp.json").write_bytes(old)
    assert refusal(programs, served, "0.3.3") == "older"


@pytest.mark.parametrize("version", ["0.3.0", "0.2.9", "0.3.0rc1", "0.3.0.dev4"])
def test_a_version_that_is_not_newer_is_refused_however_validly_signed(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path, version: str
) -> None:
    publisher.release(bundle(tmp_path, version))
    assert not programs.wanted(version)
    assert refusal(programs, served, version) == "older"
    assert nothing_changed(programs)


def test_signatures_expire_and_are_taken_again_once_they_are_new(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"), now=LONG_AGO)
    assert refusal(programs, served) == "expired"
    assert nothing_changed(programs)
    publisher.release()
    fetch(programs, served)
    assert programs.state().staged == "0.3.1"


def test_a_version_nobody_signed_for_this_machine_is_refused(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1", platform="windows-amd64"))
    assert refusal(programs, served) == "not-signed"
    assert programs.wanted("0.3.1"), "it may still be signed for this machine"


def test_a_file_signed_as_this_machines_that_is_anothers_is_given_up(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    made = bundle(tmp_path, "0.3.1", told="0.3.9")
    publisher.release(made)
    assert refusal(programs, served) == "bundle"
    assert nothing_changed(programs)


@pytest.mark.parametrize("name", ["../outside", "clerk/../../outside", "/outside", "other/file"])
def test_a_path_that_leads_out_of_the_bundle_is_refused_although_it_is_signed(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path, name: str
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1", members={name: b"x"}))
    assert refusal(programs, served) == "bundle"
    assert nothing_changed(programs)
    assert not list(tmp_path.rglob("outside"))


def test_a_link_that_leads_out_of_the_bundle_is_refused_although_it_is_signed(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    link = tarfile.TarInfo("clerk/_internal/link")
    link.type, link.linkname = tarfile.SYMTYPE, "../../../../secret"
    publisher.release(bundle(tmp_path, "0.3.1", extra=[link]))
    assert refusal(programs, served) == "bundle"
    assert nothing_changed(programs)


def test_what_is_no_archive_is_refused_although_it_is_signed(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    made = bundle(tmp_path, "0.3.1")
    made.path.write_bytes(b"no archive at all")
    publisher.release(made)
    with pytest.raises(Refused) as refused:
        fetch(programs, served)
    assert refused.value.code == "bundle"
    assert refused.value.for_good


def test_a_store_that_is_too_old_for_it_waits_for_a_version_between(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    made = bundle(tmp_path, "0.3.1")
    publisher.release(signing.Bundle(made.path, made.version, made.platform, 3))
    assert refusal(programs, served, store=2) == "store"
    fetch(programs, served, store=3)


def test_a_cut_line_costs_what_was_under_way_and_the_rest_comes_later(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1", members=NOISE))

    def cut_at_the_third(begin: int, end: int) -> None:
        if len(served.pieces) == 2:
            raise LineDown("连不上市中心。")

    served.before_piece = cut_at_the_third
    with pytest.raises(LineDown):
        fetch(programs, served)
    came = served.pieces[-1][1]
    served.before_piece = lambda begin, end: None
    fetch(programs, served)
    assert served.pieces[2][0] == came
    assert sum(end - begin for begin, end in served.pieces) == publisher.target("0.3.1").stat().st_size
    assert programs.state().staged == "0.3.1"


def test_called_off_it_stops_between_two_pieces_and_goes_on_later(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1", members=NOISE))
    with pytest.raises(Interrupted):
        fetch(programs, served, cancelled=lambda: len(served.pieces) == 1)
    assert len(served.pieces) == 1
    fetch(programs, served)
    assert served.pieces[1][0] == served.pieces[0][1]


def test_two_that_fetch_at_once_do_not_get_into_each_others_way(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1", members=NOISE))
    met: list[str] = []

    def another(begin: int, end: int) -> None:
        if not met:
            met.append(refusal(programs, Served(publisher.releases)))

    served.before_piece = another
    fetch(programs, served)
    assert (met, programs.state().staged) == (["under-way"], "0.3.1")


def test_a_part_left_from_another_file_is_not_mistaken_for_it(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))
    place = place_of(programs.folder)
    place.mkdir(parents=True)
    size = publisher.target("0.3.1").stat().st_size
    (place / f"{publisher.target('0.3.1').name}.part").write_bytes(b"x" * (size + 5))
    (place / f"clerk-0.2.9-{PLATFORM}.tar.zst.part").write_bytes(b"old")
    fetch(programs, served)
    assert left(programs) == set()


def test_more_than_was_signed_is_never_asked_for_nor_kept(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))
    size = publisher.target("0.3.1").stat().st_size
    with publisher.target("0.3.1").open("ab") as file:
        file.write(b"more" * 1000)
    fetch(programs, served)
    assert served.pieces == [(0, size)]


def test_a_disk_without_room_is_told_before_anything_is_written(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))
    with pytest.raises(Refused, match="磁盘还差") as refused:
        fetch(programs, served, free=lambda _: MARGIN)
    assert refused.value.code == "disk"
    assert served.pieces == []
    assert left(programs) == set()


def test_a_disk_that_fills_up_meanwhile_is_told_and_nothing_is_left_on_it(
    programs: Programs, publisher: Publisher, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.release(bundle(tmp_path, "0.3.1", members=NOISE))

    class Full(io.BufferedRandom):
        def write(self, data: Any) -> int:
            if self.tell() > 0:
                raise OSError(28, "No space left on device")
            return super().write(data)

    real = os.fdopen

    def opened(handle: int, mode: str = "r") -> Any:
        return Full(io.FileIO(handle, "r+")) if mode == "r+b" else real(handle, mode)

    monkeypatch.setattr("clerk_app.program.fetching.os.fdopen", opened)
    with pytest.raises(OSError, match="No space"):
        fetch(programs, served)
    assert left(programs) == set()
    assert nothing_changed(programs)


def test_another_release_key_is_believed_because_the_root_says_so(
    programs: Programs, served: Served, tmp_path: Path
) -> None:
    publisher = Publisher.in_folder(tmp_path, "rotating")
    line = Served(publisher.releases)
    publisher.release(bundle(tmp_path, "0.3.1"))
    fetch(programs, line)
    signing.rotate(publisher.keys, PASSPHRASE, datetime.now(UTC) + timedelta(days=1))
    publisher.release(bundle(tmp_path, "0.3.2"))
    fetch(programs, line, "0.3.2")
    assert programs.state().staged == "0.3.2"
    assert "2.root.json" in line.asked


def test_a_signed_file_is_not_released_again_with_another_content(publisher: Publisher, tmp_path: Path) -> None:
    publisher.release(bundle(tmp_path, "0.3.1"))
    with pytest.raises(signing.CannotSign):
        publisher.release(bundle(tmp_path, "0.3.1", members={"clerk/more": b"more"}))
    told = json.loads(publisher.metadata("1.targets.json").read_bytes())
    assert list(told["signed"]["targets"]) == [publisher.target("0.3.1").name]
    assert BUNDLE == "clerk"
