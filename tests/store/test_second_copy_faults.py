"""The second copy when the window is killed over it, and when its place is full."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

from clerk_app.domain.journal import verify_chain
from clerk_app.store.copies.second_copy import recover
from tests.support.copies import bench
from tests.support.parts import real_part
from tests.support.window_journal import WINDOW

KILLED = """
import sys
from pathlib import Path
from tests.support.copies import SigningJournal, bench

journal = SigningJournal()
with bench(Path(sys.argv[1]), journal) as desk:
    journal.n, journal.previous = desk.records.head()
    journal.cases = {s.number: desk.records.case(s.number) for s in desk.records.summaries()}
    copy = desk.copy(look=0.01).start()
    while True:
        desk.act()
        copy.flush(30)
        print(journal.n, flush=True)
"""


def test_a_window_that_is_killed_while_it_copies_has_in_the_copy_what_was_flushed(tmp_path: Path) -> None:
    chance = random.Random(20260302)
    flushed = 0
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            for _ in range(chance.randrange(2, 12)):
                flushed = int(child.stdout.readline())
            child.kill()
        with bench(tmp_path) as desk:
            found = recover(desk.place, desk.keys, WINDOW)
            assert len(found) >= flushed
            assert verify_chain(found) is None
            desk.copier().round()
            assert recover(desk.place, desk.keys, WINDOW) == desk.records.unsent(1000, 1 << 24)


FULL = """
import json, sys
from pathlib import Path
from clerk_app.store.copies.second_copy import recover
from tests.support.copies import bench
from tests.support.parts import real_part
from tests.support.window_journal import WINDOW

small, folder = Path(sys.argv[1]), Path(sys.argv[2])
told = {}
with bench(folder) as desk:
    desk.place = small / "stick"
    desk.place.mkdir()
    copy = desk.copy(look=0.05).start()
    desk.act()
    told["at first"] = copy.flush(30).kind
    filler = small / "filler"
    with filler.open("wb", buffering=0) as file:
        size = 1 << 16
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2
    while (state := copy.flush(30)).kind == "ok":
        desk.act()
    told["full"] = [state.kind, state.behind > 0, state.problem]
    before = len(desk.journal.entries)
    desk.act()
    told["acts go on"] = desk.records.unsent_count() == before + 2
    filler.unlink()
    told["room again"] = copy.flush(30).kind
    told["all there"] = recover(desk.place, desk.keys, WINDOW) == desk.journal.entries
    told["whole"] = desk.parcel().torn
    copy.stop()
print(json.dumps(told))
"""


def test_a_full_stick_holds_up_no_act_and_is_caught_up_when_there_is_room(tmp_path: Path) -> None:
    mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    words = [*mount, 'mount -t tmpfs -o size=1m none "$1" && shift && exec "$@"', "sh", str(tmp_path)]
    present = sys.platform == "linux" and shutil.which("unshare") is not None
    present = present and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    real_part("A file system of the test's own", present=present, hint="user namespaces that may mount a tmpfs")
    small, folder = tmp_path / "small", tmp_path / "machine"
    small.mkdir()
    folder.mkdir()
    words[-1] = str(small)
    command = [*words, sys.executable, "-c", FULL, str(small), str(folder)]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "at first": "ok",
        "full": ["missing", True, "磁盘已满"],
        "acts go on": True,
        "room again": "ok",
        "all there": True,
        "whole": 0,
    }
