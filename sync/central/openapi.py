"""The OpenAPI description of the line, made from the table of calls and the messages themselves.

``python -m sync.central.openapi`` prints what is checked in as ``docs/openapi.json``.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any

import msgspec

from sync import wire
from sync.central.endpoints import ENDPOINTS, Endpoint, Number, problems_of
from sync.central.problems import TROUBLES

_REFERENCE = "#/components/schemas/{name}"


@cache
def description() -> bytes:
    """Return the document as it is served and checked in."""
    return (json.dumps(_document(), ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _document() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The line between windows and central",
            "version": "1",
            "description": "docs/protocol.md tells what the messages mean and what either end owes the other.",
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "headers": {
                wire.EPOCH_HEADER: {
                    "description": "Which life of central's store speaks.",
                    "required": True,
                    "schema": {"type": "string"},
                }
            },
        },
    }


def _messages() -> list[type[Any]]:
    told = [wire.Problem]
    told += [e.request for e in ENDPOINTS if e.request is not None]
    told += [e.answer for e in ENDPOINTS if e.answer is not None]
    return list(dict.fromkeys(told))


def _schemas() -> dict[str, Any]:
    _, schemas = msgspec.json.schema_components(_messages(), ref_template=_REFERENCE)
    for schema in schemas.values():
        if "description" in schema:
            schema["description"] = " ".join(schema["description"].split())
    batch = schemas["EntriesRequest"]["properties"]["entries"]
    batch["maxItems"] = wire.MAX_ENTRIES
    return schemas


def _schema(kind: type[Any]) -> dict[str, Any]:
    return {"$ref": _REFERENCE.format(name=kind.__name__)}


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.about,
        "security": [{"token": []}] if endpoint.secured else [],
        "responses": _responses(endpoint),
    }
    parameters = [_query(number) for number in endpoint.query]
    if "{number}" in endpoint.path:
        schema = {"type": "string", "minLength": 1, "maxLength": 64}
        parameters.append({"name": "number", "in": "path", "required": True, "schema": schema})
    if parameters:
        operation["parameters"] = parameters
    if endpoint.request is not None:
        content = {kind: {"schema": _schema(endpoint.request)} for kind in (wire.MEDIA_TYPE, "application/json")}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _query(number: Number) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": number.least, "maximum": number.most, "default": number.default}
    parameter: dict[str, Any] = {"name": number.name, "in": "query", "required": False, "schema": schema}
    if number.about:
        parameter["description"] = number.about
    return parameter


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    headers = {wire.EPOCH_HEADER: {"$ref": f"#/components/headers/{wire.EPOCH_HEADER}"}}
    done: dict[str, Any] = {"description": "Done.", "headers": headers}
    if endpoint.answer is not None:
        done["content"] = {wire.MEDIA_TYPE: {"schema": _schema(endpoint.answer)}}
    responses = {str(endpoint.status): done}
    by_status: dict[int, list[str]] = {}
    for code in problems_of(endpoint):
        by_status.setdefault(TROUBLES[code].status, []).append(code)
    for status, codes in sorted(by_status.items()):
        told = "; ".join(f"`{code}`: {TROUBLES[code].title}" for code in codes)
        content = {wire.PROBLEM_TYPE: {"schema": _schema(wire.Problem)}}
        responses[str(status)] = {"description": told + ".", "headers": headers, "content": content}
    return responses


if __name__ == "__main__":
    sys.stdout.buffer.write(description())
