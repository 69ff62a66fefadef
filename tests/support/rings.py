"""A keyring in memory for the tests that end a program at every point; what a real one does is tested with a real one."""

from __future__ import annotations

from clerk_app.store.access.system_keyring import SystemKeyring


class Ring(SystemKeyring):
    """Keeps what it is given, tells what was asked of it, and loses what a test takes out of ``held``."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, str] = {}
        self.asked: list[str] = []

    def choose(self) -> str:
        return "Ring"

    def put(self, backend: str, name: str, secret: str) -> None:
        self.asked.append(f"put {name}")
        self.held[name] = secret

    def get(self, backend: str, name: str) -> str | None:
        return self.held.get(name)

    def forget(self, backend: str, name: str) -> None:
        self.asked.append(f"forget {name}")
        self.held.pop(name, None)
