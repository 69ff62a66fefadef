"""How a process of central is run: from the environment, each value overruled by its flag on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

PREFIX = "CLERK_CENTRAL_"
LEVELS = ("debug", "info", "warning", "error")


class SettingsUnusable(ValueError):
    """A value is not what it must be; the message names the variable and is Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process; ``docs/operations.md`` has the same table."""

    database: str = ""
    host: str = "127.0.0.1"
    port: int = 8440
    tls_cert: Path | None = None
    """A certificate with its chain, in PEM; without one TLS is the proxy's business."""
    tls_key: Path | None = None
    proxies: str = "127.0.0.1,::1"
    """Whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed."""
    workers: int = 1
    """Processes on the one port."""
    pool: int = 10
    """Connections to the database, for each process."""
    pushes: int = 4
    """Batches of entries that are taken in at once, for each process."""
    queue: int = 64
    """Batches that may wait for that; whoever comes when it is full is told to come again."""
    scans: Path | None = None
    """Folder for files, shared by all processes."""
    releases: Path | None = None
    """Folder of signed releases; none: no version is offered."""
    metrics: str = "on"
    """``on``: ``/metrics`` on the same port, for this machine alone; ``off``; or an ``ADDRESS:PORT`` of its own."""
    log_level: str = "info"
    drain: int = 0
    """Seconds between being told to stop and not listening any more: a proxy needs them to find out."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for name, (least, most) in _BOUNDS.items():
            if not least <= getattr(self, name) <= most:
                raise SettingsUnusable(f"{variable(name)} 应为 {least} 到 {most} 之间的整数。")
        if self.log_level not in LEVELS:
            raise SettingsUnusable(f"{variable('log_level')} 应为 {'、'.join(LEVELS)} 之一。")
        if (self.tls_cert is None) != (self.tls_key is None):
            raise SettingsUnusable(f"{variable('tls_cert')} 和 {variable('tls_key')} 要么都给，要么都不给。")
        if self.metrics not in {"on", "off"}:
            self.metrics_address()

    @classmethod
    def read(cls, environment: Mapping[str, str], flags: Mapping[str, Any] | None = None) -> Self:
        """Return the settings of an environment; what ``flags`` name (and is not ``None``) wins."""
        told: dict[str, Any] = {}
        for name in names():
            given = (flags or {}).get(name)
            if given is not None:
                told[name] = given
            elif environment.get(variable(name), "").strip():
                told[name] = _value(name, environment[variable(name)].strip())
        return cls(**told)

    def metrics_address(self) -> tuple[str, int] | None:
        """Return where metrics are told apart from the rest, if they are."""
        if self.metrics in {"on", "off"}:
            return None
        host, _, port = self.metrics.rpartition(":")
        if not host or not (port.isascii() and port.isdecimal() and int(port) <= 65535):
            raise SettingsUnusable(f"{variable('metrics')} 应为 on、off 或 地址:端口。")
        return host.strip("[]"), int(port)


_BOUNDS = {
    "port": (0, 65535),
    "workers": (1, 64),
    "pool": (1, 1000),
    "pushes": (1, 1000),
    "queue": (0, 100_000),
    "drain": (0, 300),
}
_PATHS = frozenset({"tls_cert", "tls_key", "scans", "releases"})


def names() -> tuple[str, ...]:
    """Return the names of all settings."""
    return tuple(field.name for field in fields(Settings))


def variable(name: str) -> str:
    """Return the environment's name of a setting."""
    return PREFIX + name.upper()


def _value(name: str, text: str) -> Any:
    if name in _PATHS:
        return Path(text)
    if name not in _BOUNDS:
        return text.lower() if name == "log_level" else text
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise SettingsUnusable(f"{variable(name)} 应为整数，不能是“{text}”。")
    return int(text)
