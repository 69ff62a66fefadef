"""A CUPS of the tests' own: its spooler, its queues and its printers, all in a folder that goes away."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CUPSD = shutil.which("cupsd") or next((p for p in ("/usr/sbin/cupsd", "/sbin/cupsd") if Path(p).exists()), "")
BACKENDS = Path("/usr/lib/cups")
PRESENT = bool(CUPSD and shutil.which("lp") and shutil.which("lpadmin") and (BACKENDS / "backend" / "socket").exists())
HINT = "apt-get install cups cups-client"
PATIENCE = 20.0

_PLAY = """#!/bin/sh
# A printer in a folder: keeps the page and the options; has no paper while there is a file "no-paper", breaks where there is "broken".
[ $# -eq 0 ] && { echo 'direct play:/ "Play" "Play"'; exit 0; }
where=${DEVICE_URI#play:}
[ -e "$where/broken" ] && { echo "STATE: +media-jam-error" >&2; exit 4; }
if [ -e "$where/no-paper" ]; then
  echo "STATE: +media-empty-error" >&2
  while [ -e "$where/no-paper" ]; do sleep 0.05; done
  echo "STATE: -media-empty-error" >&2
fi
printf '%s' "copies=$4 $5" > "$where/options"
cat "${6:--}" > "$where/page.part"
mv "$where/page.part" "$where/page"
"""
_CUPSD = """Listen {root}/cups.sock
DefaultAuthType None
WebInterface No
Browsing No
JobRetryInterval 1
PreserveJobHistory Yes
PreserveJobFiles No
LogLevel warn
<Location />
  Order allow,deny
  Allow all
</Location>
<Location /admin>
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  SubscriptionPrivateAccess all
  SubscriptionPrivateValues none
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""
_FILES = """FileDevice Yes
{user}SystemGroup lpadmin root
ServerRoot {root}/etc
ServerBin {root}/lib
RequestRoot {root}/spool
CacheDir {root}/cache
StateDir {root}/state
TempDir {root}/tmp
AccessLog {root}/log/access
ErrorLog {root}/log/error
PageLog {root}/log/page
"""


class PrivateCups:
    """A running spooler; ``server`` is what ``CUPS_SERVER`` has to say."""

    def __init__(self, root: Path, process: subprocess.Popen[bytes]) -> None:
        self.root = root
        self._process = process
        self.server = str(root / "cups.sock")

    def printer(self, name: str, device: str = "") -> Path:
        """Make a queue, enabled and accepting; return the folder of its printer, where it is one of ours."""
        place = self.root / "printers" / name
        place.mkdir(parents=True, exist_ok=True)
        self.run("lpadmin", "-p", name, "-E", "-v", device or f"play:{place}", "-o", "printer-error-policy=retry-job")
        return place

    def run(self, *command: str) -> str:
        """Run one of CUPS's commands."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        if done.returncode:
            raise AssertionError(f"{command}: {done.stderr}")
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        """What its clients need."""
        path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
        return {**os.environ, "CUPS_SERVER": self.server, "LC_ALL": "C", "PATH": path}

    def spooled(self) -> list[Path]:
        """Return the pages that lie in its spool."""
        return list((self.root / "spool").glob("d*"))


@contextmanager
def private_cups() -> Iterator[PrivateCups]:
    """Run a spooler as long as the context lasts; in a folder with a short name, because its socket has one."""
    with tempfile.TemporaryDirectory(prefix="clerk-cups-", ignore_cleanup_errors=True) as made:
        root = Path(made)
        root.chmod(0o755)
        _lay_out(root)
        command = [CUPSD, "-f", "-c", str(root / "etc/cupsd.conf"), "-s", str(root / "etc/cups-files.conf")]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cups = PrivateCups(root, process)
        try:
            until(lambda: _answers(cups) or _failed(process))
            yield cups
        finally:
            process.terminate()
            process.wait(PATIENCE)


def until(true: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait until something is so."""
    end = time.monotonic() + patience
    while not true():
        if time.monotonic() > end:
            raise AssertionError("it did not come about")
        time.sleep(0.02)


def _lay_out(root: Path) -> None:
    for name in ("etc", "lib/backend", "spool", "cache", "state", "tmp", "log", "printers"):
        (root / name).mkdir(parents=True)
    for name in ("cgi-bin", "daemon", "driver", "filter", "monitor", "notifier"):
        (root / "lib" / name).symlink_to(BACKENDS / name)
    shutil.copy(BACKENDS / "backend" / "socket", root / "lib/backend/socket")
    (root / "lib/backend/play").write_text(_PLAY, encoding="utf-8")
    for path in (root / "lib/backend").iterdir():
        path.chmod(0o700)
    user = "User lp\nGroup lp\n" if os.geteuid() == 0 else ""
    (root / "etc/cupsd.conf").write_text(_CUPSD.format(root=root), encoding="utf-8")
    (root / "etc/cups-files.conf").write_text(_FILES.format(root=root, user=user), encoding="utf-8")


def _answers(cups: PrivateCups) -> bool:
    told = subprocess.run(["lpstat", "-r"], env=cups.environment, capture_output=True, text=True, check=False)
    return "not running" not in told.stdout + told.stderr


def _failed(process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise AssertionError(f"the spooler ended with {process.returncode}")
    return False
