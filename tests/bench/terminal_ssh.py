"""The client over a real sshd, on a network of its own where everything passes at 64 kbit/s (``tests.bench.bench_terminal``).

Run inside a new network namespace, as root: ``unshare --net python -m tests.bench.terminal_ssh``.
"""

from __future__ import annotations

import getpass
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.stores import fill
from tests.bench.terminal_keys import Stroke, strokes
from tests.support.commands import environment
from tests.support.counter import KEY
from tests.support.processes import running

ROOT = Path(__file__).parents[2]
RATE = "64kbit"
PORT = "2222"
QUIET = 0.6
CASES = 200
SIZE = (80, 24)
CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
"""


def shape() -> None:
    """Have this namespace's only network pass no more than the rate."""
    subprocess.run(["ip", "link", "set", "lo", "up", "mtu", "1500"], check=True)
    words = ["tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate", RATE, "burst", "1600", "limit", "40000"]
    subprocess.run(words, check=True)


def keys(folder: Path) -> None:
    """Make the server's key and the user's."""
    for name in ("host", "user"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(words, check=True)
    (folder / "config").write_text(CONFIG.format(port=PORT, folder=folder), encoding="utf-8")


def command(folder: Path, window: Path, thrifty: str) -> list[str]:
    """Return the ``ssh`` that opens the client over this folder at the other end."""
    there = [sys.executable, "-m", "tests.bench.terminal_client", str(window)]
    remote = f"cd {shlex.quote(str(ROOT))} && exec env CLERK_LOW_BANDWIDTH={thrifty} LANG=C.UTF-8 {shlex.join(there)}"
    options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR")
    said = [word for option in options for word in ("-o", option)]
    identity = ["-i", str(folder / "user"), "-p", PORT, f"{getpass.getuser()}@127.0.0.1"]
    return ["ssh", "-F", "none", "-tt", *said, *identity, remote]


def told(what: str, found: Sequence[Stroke]) -> str:
    """Return the times of these keys in words."""
    times = sorted(one.seconds * 1e3 for one in found if one.what == what)
    high = times[min(len(times) - 1, round(0.95 * len(times)))]
    return f"{statistics.median(times):6.0f} /{high:6.0f} ms"


def main() -> int:
    """Print the time from the key to the picture that stands."""
    sshd = shutil.which("sshd", path="/usr/sbin:/usr/bin:/sbin")
    if sshd is None:
        print("over ssh at 64 kbit/s: skipped, no sshd here")
        return 0
    Path("/run/sshd").mkdir(exist_ok=True)
    shape()
    measured = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keys(folder)
        with running([sshd, "-D", "-e", "-f", str(folder / "config")], stderr=subprocess.DEVNULL):
            time.sleep(0.5)
            for thrifty in ("0", "1"):
                window = folder / thrifty
                fill(window, CASES, (), KEY)
                measured[thrifty] = list(strokes(command(folder, window, thrifty), environment(), SIZE, QUIET))
    print(f"key to picture over ssh at {RATE}/s, {SIZE[0]}x{SIZE[1]} (p50 / p95)  before                after")
    for what in dict.fromkeys(one.what for one in measured["0"]):
        print(f"  {what:32} {told(what, measured['0'])}    {told(what, measured['1'])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
