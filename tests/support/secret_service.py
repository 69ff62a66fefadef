"""A real Secret Service (D-Bus and gnome-keyring) of a test's own, apart from the person's who runs the tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.parts import real_part
from tests.support.processes import running

PASSWORD = b"for-this-test-only\n"
START_SECONDS = 15.0
PROGRAMS = ("dbus-daemon", "dbus-send", "gnome-keyring-daemon")
STRANGERS = (
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "PYTHON_KEYRING_BACKEND",
    "GNOME_KEYRING_CONTROL",
)

# A session bus as desktops have it, but for one word: who comes and goes. gnome-keyring-daemon (42 to 50 at least) makes
# its record of a caller in an idle source and aborts where the caller's first question overtakes that; it can do so only
# while something else wakes the daemon in the same moment, and with one caller at a time that is its coming or going.
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <standard_session_servicedirs/>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <deny receive_sender="org.freedesktop.DBus" receive_interface="org.freedesktop.DBus"
          receive_member="NameOwnerChanged"/>
  </policy>
</busconfig>
"""


class NoSecretServiceError(RuntimeError):
    """The keyring did not appear on its bus in time."""


@dataclass(frozen=True, slots=True)
class SecretService:
    """A session in which the keyring is unlocked."""

    environment: Mapping[str, str]
    """What a program needs to find this keyring and no other."""
    daemon: subprocess.Popen[bytes]
    """The keyring itself."""

    @property
    def home(self) -> Path:
        """The home of the person whose session this is, with all that a keyring keeps."""
        return Path(self.environment["HOME"])

    def python(
        self, *words: str, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run this Python with the words after it (``-c``, ``-m``, a script) inside the session."""
        return subprocess.run(
            [sys.executable, *words],
            env={**self.environment, **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )


@contextlib.contextmanager
def secret_session() -> Iterator[SecretService]:
    """Start a bus and an unlocked keyring in a folder that vanishes with them."""
    with (
        tempfile.TemporaryDirectory(prefix="clerk-ss-", ignore_cleanup_errors=True) as name,
        contextlib.ExitStack() as end,
    ):
        environment = _environment(Path(name))
        settings = Path(name, "bus.conf")
        settings.write_text(BUS, encoding="utf-8")
        bus = end.enter_context(
            running(
                [
                    "dbus-daemon",
                    f"--config-file={settings}",
                    "--nofork",
                    "--nopidfile",
                    "--nosyslog",
                    "--print-address=1",
                ],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        )
        assert bus.stdout is not None
        environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        keyring = end.enter_context(
            running(
                ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        assert keyring.stdin is not None
        keyring.stdin.write(PASSWORD)
        keyring.stdin.close()
        _wait_for_keyring(environment)
        yield SecretService(environment, keyring)


def _environment(home: Path) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key not in STRANGERS}
    environment["HOME"] = str(home)
    for key in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
        folder = home / key.lower()
        folder.mkdir(mode=0o700)
        environment[key] = str(folder)
    return environment


def _wait_for_keyring(environment: Mapping[str, str]) -> None:
    # First the name, asked of the bus: a question to the keyring itself would make the bus start a second, locked one.
    owner = ("org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets")
    _wait_for_answer(environment, "boolean true", *owner)
    locked = ("org.freedesktop.DBus.Properties.Get", "string:org.freedesktop.Secret.Collection", "string:Locked")
    _wait_for_answer(
        environment, "boolean false", "org.freedesktop.secrets", "/org/freedesktop/secrets/aliases/default", *locked
    )


def _wait_for_answer(environment: Mapping[str, str], wanted: str, destination: str, *words: str) -> None:
    ask = ["dbus-send", "--session", "--print-reply=literal", f"--dest={destination}", *words]
    deadline = time.monotonic() + START_SECONDS
    while True:
        answer = subprocess.run(
            ask, env=environment, capture_output=True, text=True, check=False, timeout=START_SECONDS
        )
        if wanted in answer.stdout:
            return
        if time.monotonic() > deadline:
            raise NoSecretServiceError(answer.stdout + answer.stderr)
        time.sleep(0.02)


@pytest.fixture
def secret_service() -> Iterator[SecretService]:
    """Give the test a keyring like the one on a person's desktop."""
    present = all(shutil.which(program) for program in PROGRAMS)
    real_part("A Secret Service", present=present, hint="apt-get install gnome-keyring dbus")
    with secret_session() as session:
        yield session
