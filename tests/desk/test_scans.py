"""Scans at the desk: attached in the act they belong to, the original gone once that is durable, never before."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clerk_app.devices.scanner import Scanner
from clerk_app.domain.draft import Draft, HeldScan
from clerk_app.intake_file import answer
from clerk_app.planning import Decide
from clerk_app.seat import Refused
from clerk_app.store.errors import StoreFull
from clerk_app.store.file.scan_files import ScanFiles
from tests.support.counter import Office, office
from tests.support.scans import pdf, picture, put
from tests.support.story import ALL, APPLICANT, PERMIT, without

SECOND = replace(PERMIT, code="SECOND", name="居住证签注")
WAIT = 20.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "scanner"
    made.mkdir()
    return made


@pytest.fixture
def scanner(folder: Path) -> Iterator[Scanner]:
    watched = Scanner(folder, steady=0.05).start()
    yield watched
    watched.stop()


@pytest.fixture
def here(tmp_path: Path, scanner: Scanner) -> Iterator[Office]:
    with office(tmp_path / "window", [PERMIT, SECOND], scanner=scanner) as opened:
        yield opened


def scanned(here: Office, scanner: Scanner, name: str, content: bytes) -> Path:
    """Have a file come through the scanner's folder; return where it lies."""
    path = put(scanner.folder, name, content)
    with scanner.changed:
        assert scanner.changed.wait_for(lambda: path in [s.path for s in scanner.waiting()], WAIT)
    return path


def draft(here: Office, *codes: str) -> Draft:
    made = replace(here.desk.begin(codes or ["PERMIT"]), applicant=APPLICANT)
    for tally in ALL:
        key = made.checklist().key_of(made.items[0].code, tally.material)
        assert key is not None
        made = made.tallied(key, tally)
    return made


def key(made: Draft, material: str) -> str:
    found = made.checklist().key_of(made.items[0].code, material)
    assert found is not None
    return found


def received(here: Office) -> str:
    return here.desk.receive(draft(here)).outcomes[0].case.number


def files(here: Office) -> list[str]:
    return ScanFiles(here.records.vault.folder).names()


class TestOnACase:
    def test_a_waiting_file_is_attached_and_leaves_the_folder(self, here: Office, scanner: Scanner) -> None:
        number = received(here)
        path = scanned(here, scanner, "a.pdf", pdf(2))
        assert here.desk.status().scans_seen == 1

        case = here.desk.attach_scan(number, "form", path)

        assert [(s.material, s.pages, s.media) for s in case.scans] == [("form", 2, "application/pdf")]
        assert not path.exists()
        assert here.desk.waiting_scans() == ()
        [attached] = here.desk.scans_of(number)
        assert (attached.material, attached.words) == ("申请表", "待传")
        assert here.desk.history(number)[-1].label == "附扫描件"
        assert here.desk.status().scans_owed == 1

    def test_a_file_from_elsewhere_stays_where_it_lies(self, here: Office, tmp_path: Path) -> None:
        path = put(tmp_path, "mine.png", picture("PNG"))
        here.desk.attach_scan(received(here), "form", path)
        assert path.exists()

    def test_the_same_file_for_two_materials_is_stored_once(self, here: Office, tmp_path: Path) -> None:
        number, path = received(here), put(tmp_path, "mine.png", picture("PNG"))
        here.desk.attach_scan(number, "form", path)
        here.desk.attach_scan(number, "居民身份证", path)
        assert [s.material for s in here.desk.scans_of(number)] == ["申请表", "居民身份证"]
        assert len(files(here)) == 1

    def test_what_is_no_scan_is_refused_with_the_reason_and_nothing_is_kept(self, here: Office, tmp_path: Path) -> None:
        number = received(here)
        before = here.records.entry_count()
        for content, told in ((b"PK\x03\x04word/", "Word"), (picture()[:-3], "不完整"), (pdf(201), "200 页")):
            with pytest.raises(Refused, match=told) as refused:
                here.desk.attach_scan(number, "form", put(tmp_path, "x", content))
            assert refused.value.code == "scan-refused"
        with pytest.raises(Refused) as gone:
            here.desk.attach_scan(number, "form", tmp_path / "gone")
        assert gone.value.code == "scan-vanished"
        with pytest.raises(Refused) as unknown:
            here.desk.attach_scan(number, "no such", put(tmp_path, "x", pdf()))
        assert unknown.value.code == "material-unknown"
        assert (here.records.entry_count(), files(here)) == (before, [])

    def test_on_a_full_disk_nothing_is_attached_and_the_original_stays(
        self, here: Office, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number, path = received(here), scanned(here, scanner, "a.png", picture("PNG"))

        def full(*_: object) -> None:
            raise StoreFull

        with monkeypatch.context() as patch:
            patch.setattr(ScanFiles, "seal", full)
            with pytest.raises(StoreFull):
                here.desk.attach_scan(number, "form", path)
        with monkeypatch.context() as patch:
            patch.setattr(here.records, "append", full)
            with pytest.raises(StoreFull):
                here.desk.attach_scan(number, "form", path)
        assert path.exists()
        assert here.desk.case(number).scans == ()
        assert files(here) == []
        assert len(here.desk.waiting_scans()) == 1

    def test_a_scan_is_taken_off_with_a_reason_and_the_record_stays(self, here: Office, tmp_path: Path) -> None:
        number = received(here)
        here.desk.attach_scan(number, "form", put(tmp_path, "a.png", picture("PNG")))
        [attached] = here.desk.scans_of(number)
        with pytest.raises(Refused) as missing:
            here.desk.remove_scan(number, attached.scan.entry, " ")
        assert missing.value.code == "reason-missing"
        with pytest.raises(Refused) as unknown:
            here.desk.remove_scan(number, "nothing", "附错了")
        assert unknown.value.code == "scan-unknown"

        case = here.desk.remove_scan(number, attached.scan.entry, "附错了")

        assert case.scans == ()
        assert here.desk.history(number)[-1].text == "附错了"

    def test_what_becomes_of_a_file_is_said(self, here: Office, tmp_path: Path) -> None:
        number = received(here)
        here.desk.attach_scan(number, "form", put(tmp_path, "a.png", picture("PNG")))
        sha256 = here.desk.scans_of(number)[0].scan.sha256
        here.records.scans.uploaded(sha256)
        assert here.desk.scans_of(number)[0].words == "已传"
        here.records.scans.refuse(sha256, "市中心读不出来")
        assert here.desk.scans_of(number)[0].words == "被退：市中心读不出来"
        assert "1 份扫描件要重扫" in here.desk.status().troubles


class TestInHand:
    def test_a_file_in_hand_is_kept_and_written_with_the_receipt(self, here: Office, scanner: Scanner) -> None:
        path = scanned(here, scanner, "a.png", picture("PNG"))
        made = draft(here)
        held = here.desk.hold_scan(path)
        assert (here.desk.waiting_scans(), path.exists(), here.records.entry_count()) == ((), True, 0)

        case = here.desk.receive(made.scanned(key(made, "form"), held)).outcomes[0].case

        assert [s.sha256 for s in case.scans] == [held.sha256]
        kinds = [r.entry.kind for r in here.records.records_of(case.number)]
        assert kinds == ["case.received", "scan.attached", "case.accepted"]
        assert not path.exists()

    def test_a_draft_that_is_thrown_away_gives_its_files_back(self, here: Office, scanner: Scanner) -> None:
        path = scanned(here, scanner, "a.png", picture("PNG"))
        held = here.desk.hold_scan(path)
        here.desk.release_scans([held])
        assert [seen.path for seen in here.desk.waiting_scans()] == [path]
        assert files(here) == []

    def test_an_intake_that_is_refused_keeps_its_files_in_hand(self, here: Office, scanner: Scanner) -> None:
        path = scanned(here, scanner, "a.png", picture("PNG"))
        made = draft(here)
        made = made.scanned(key(made, "form"), here.desk.hold_scan(path))
        with pytest.raises(Refused):
            here.desk.receive(replace(made, applicant=None))
        assert path.exists()
        here.desk.receive(made)
        assert not path.exists()

    def test_a_paper_for_two_items_is_each_case_s_and_stored_once(self, here: Office, tmp_path: Path) -> None:
        made = draft(here, "PERMIT", "SECOND")
        made = made.scanned(key(made, "form"), here.desk.hold_scan(put(tmp_path, "a.png", picture("PNG"))))
        cases = [outcome.case for outcome in here.desk.receive(made).outcomes]
        assert [len(case.scans) for case in cases] == [1, 1]
        assert len(files(here)) == 1

    def test_a_scan_of_a_line_that_does_not_apply_waits_again(self, here: Office, scanner: Scanner) -> None:
        path = scanned(here, scanner, "a.png", picture("PNG"))
        case = here.desk.receive(draft(here).scanned("gone", here.desk.hold_scan(path))).outcomes[0].case
        assert case.scans == ()
        assert [seen.path for seen in here.desk.waiting_scans()] == [path]

    def test_supplements_bring_their_scans_in_the_same_act(self, here: Office, tmp_path: Path) -> None:
        made = replace(here.desk.begin(["PERMIT"]), applicant=APPLICANT)
        for tally in without("lease"):
            made = made.tallied(key(made, tally.material), tally)
        number = here.desk.receive(made).outcomes[0].case.number
        held: HeldScan = here.desk.hold_scan(put(tmp_path, "a.png", picture("PNG")))
        lease = next(t for t in ALL if t.material == "lease")
        outcome = here.desk.supplement(number, [lease], Decide.AUTO, scans={"lease": [held]})
        assert [s.material for s in outcome.case.scans] == ["lease"]

    def test_a_program_that_was_killed_leaves_the_original_and_sweeps_the_rest(
        self, tmp_path: Path, folder: Path
    ) -> None:
        path = put(folder, "a.png", picture("PNG"))
        with office(tmp_path / "two", [PERMIT], scanner=Scanner(folder)) as before:
            before.desk.hold_scan(path)  # and it ends without letting go
        with office(tmp_path / "two", [PERMIT], scanner=Scanner(folder)) as after:
            assert after.records.scans.sweep() == 1
            assert after.desk.hold_scan(path).pages == 1
        assert path.exists()


class TestIntakeFile:
    def line(self, *scans: str, material: str = "form", **more: object) -> bytes:
        papers = [
            {
                "material": t.material,
                "originals_seen": t.originals_seen,
                "originals_kept": t.originals_kept,
                "copies_kept": t.copies_kept,
                **({"scans": list(scans)} if t.material == material else {}),
            }
            for t in ALL
        ]
        who = {"name": APPLICANT.name, "id_number": APPLICANT.id_number}
        return json.dumps({"item": "PERMIT", "applicant": who, "received": papers, **more}).encode()

    def test_files_named_beside_the_intake_are_attached_with_it(self, here: Office, tmp_path: Path) -> None:
        put(tmp_path / "scans", "a.pdf", pdf(2))
        put(tmp_path, "b.png", picture("PNG"))
        told = answer(here.desk, 1, self.line("scans/a.pdf", str(tmp_path / "b.png")), tmp_path)
        assert [s.pages for s in here.desk.case(told["case"]).scans] in ([2, 1], [1, 2])

    @pytest.mark.parametrize("name", ["gone.pdf", "notes.txt", "nul\0", "x" * 5000])
    def test_a_bad_file_refuses_the_line_and_nothing_is_kept(self, here: Office, tmp_path: Path, name: str) -> None:
        put(tmp_path, "a.pdf", pdf())
        put(tmp_path, "notes.txt", b"notes")
        told = answer(here.desk, 1, self.line("a.pdf", name), tmp_path)
        assert told["error"]["field"] == "scans"
        assert told["error"]["code"] in {"scan-vanished", "scan-refused", "scan-unreadable"}
        assert (here.records.entry_count(), files(here)) == (0, [])

    def test_a_line_refused_for_another_reason_keeps_no_file(self, here: Office, tmp_path: Path) -> None:
        put(tmp_path, "a.pdf", pdf())
        told = answer(here.desk, 1, self.line("a.pdf", decide="maybe"), tmp_path)
        assert told["error"]["code"] == "decide-unknown"
        assert files(here) == []

    def test_supplements_may_name_files_too(self, here: Office, tmp_path: Path) -> None:
        put(tmp_path, "a.pdf", pdf())
        told = answer(here.desk, 1, self.line(decide="receive"), tmp_path)
        papers = [{"material": "form", "originals_kept": 1, "scans": ["a.pdf"]}]
        told = answer(here.desk, 2, json.dumps({"case": told["case"], "received": papers}).encode(), tmp_path)
        assert len(here.desk.case(told["case"]).scans) == 1


def test_nothing_of_the_watcher_is_left_running(here: Office, scanner: Scanner) -> None:
    scanner.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "scanner"]
