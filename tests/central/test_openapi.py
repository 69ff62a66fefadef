"""The description of the line: checked in, and true to the table of calls."""

from __future__ import annotations

import json
from pathlib import Path

from sync.central.line import openapi
from sync.central.line.app import HANDLERS
from sync.central.line.endpoints import ENDPOINTS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_checked_in_description_is_the_one_that_is_served() -> None:
    assert (DOCS / "openapi.json").read_bytes() == openapi.description()


def test_every_call_has_a_handler_and_every_handler_a_call() -> None:
    assert sorted(HANDLERS) == sorted(endpoint.name for endpoint in ENDPOINTS)


def test_every_reference_in_the_description_leads_somewhere() -> None:
    document = json.loads(openapi.description())
    schemas = document["components"]["schemas"]
    used = {
        line.split("/")[-1].rstrip('",') for line in openapi.description().decode().splitlines() if "schemas/" in line
    }
    assert used
    assert used <= schemas.keys()
