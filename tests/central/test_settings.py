"""How a process is configured: the environment, flags over it, and what cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.central.settings import Settings, SettingsUnusable, names, variable


def test_without_anything_it_listens_to_this_machine_alone() -> None:
    told = Settings.read({})
    assert (told.host, told.port, told.tls_cert, told.metrics) == ("127.0.0.1", 8440, None, "on")


def test_the_environment_is_read_and_flags_win() -> None:
    environment = {
        "CLERK_CENTRAL_DATABASE": "postgresql://db/clerk",
        "CLERK_CENTRAL_PORT": "9000",
        "CLERK_CENTRAL_SCANS": "/srv/scans",
        "CLERK_CENTRAL_LOG_LEVEL": "WARNING",
        "CLERK_CENTRAL_POOL": " ",
        "CLERK_DATA": "elsewhere",
    }
    told = Settings.read(environment, {"port": 9001, "host": None, "json": True})
    assert told == Settings(
        database="postgresql://db/clerk", port=9001, scans=Path("/srv/scans"), log_level="warning", pool=10
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "70000"),
        ("port", "-1"),
        ("port", "eight"),
        ("workers", "0"),
        ("pool", "10.5"),
        ("queue", "²"),
        ("log_level", "loud"),
        ("metrics", "somewhere"),
        ("metrics", "127.0.0.1:99999"),
        ("tls_cert", "cert.pem"),
        ("drain", "1000"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_name_of_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsUnusable, match=variable(name)):
        Settings.read({variable(name): value})


def test_metrics_may_have_an_address_of_their_own() -> None:
    assert Settings(metrics="127.0.0.1:9440").metrics_address() == ("127.0.0.1", 9440)
    assert Settings(metrics="[::1]:9440").metrics_address() == ("::1", 9440)
    assert Settings(metrics="off").metrics_address() is None


def test_every_setting_has_a_variable() -> None:
    assert variable("tls_cert") == "CLERK_CENTRAL_TLS_CERT"
    assert len(names()) == len({variable(name) for name in names()}) == 15
