"""The OpenAPI description of the line, made from the table of calls and the messages themselves.

``python -m sync.central.line.openapi`` prints what is checked in as ``docs/openapi.json``.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any

import msgspec

from sync import wire
from sync.central.line.calls import MAX_CURSOR, MAX_TEXT, Endpoint, Header, Number, Text
from sync.central.line.endpoints import ENDPOINTS, problems_of
from sync.central.problems import TROUBLES

_REFERENCE = "#/components/schemas/{name}"
_PATH: dict[str, dict[str, Any]] = {
    "number": {"type": "string", "minLength": 1, "maxLength": 64},
    "revision": {"type": "integer", "minimum": 0, "maximum": MAX_CURSOR},
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "name": {"type": "string", "pattern": "^[0-9A-Za-z._-]{1,128}$"},
    "id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"},
}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_RANGED = ("Range", "If-Range")


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
    parameters += [_text(text) for text in endpoint.texts]
    parameters += [_in_path(name, schema) for name, schema in _PATH.items() if f"{{{name}}}" in endpoint.path]
    parameters += [_in_header(header) for header in endpoint.headers]
    if endpoint.file:
        parameters += [{**_in_path(name, {"type": "string"}), "in": "header", "required": False} for name in _RANGED]
    if parameters:
        operation["parameters"] = parameters
    if endpoint.request is not None:
        content = {kind: {"schema": _schema(endpoint.request)} for kind in (wire.MEDIA_TYPE, "application/json")}
        operation["requestBody"] = {"required": True, "content": content}
    if endpoint.content:
        operation["requestBody"] = {"required": True, "content": {endpoint.content: _BYTES}}
    return operation


def _in_path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _in_header(header: Header) -> dict[str, Any]:
    told = {"name": header.name, "in": "header", "required": header.required, "description": header.about}
    return {**told, "schema": _header_schema(header)}


def _header_schema(header: Header) -> dict[str, Any]:
    if header.most is not None:
        return {"type": "integer", "minimum": 0, "maximum": header.most}
    return {"type": "string", "pattern": header.pattern} if header.pattern else {"type": "string"}


def _query(number: Number) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": number.least, "maximum": number.most, "default": number.default}
    parameter: dict[str, Any] = {"name": number.name, "in": "query", "required": False, "schema": schema}
    if number.about:
        parameter["description"] = number.about
    return parameter


def _text(text: Text) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "maxLength": MAX_TEXT, "default": ""}
    if text.choices:
        schema = {"type": "string", "enum": ["", *text.choices], "default": ""}
    return {"name": text.name, "in": "query", "required": False, "schema": schema, "description": text.about}


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    headers = {wire.EPOCH_HEADER: {"$ref": f"#/components/headers/{wire.EPOCH_HEADER}"}}
    told = {header.name: {"description": header.about, "schema": _header_schema(header)} for header in endpoint.told}
    done: dict[str, Any] = {"description": "Done.", "headers": {**headers, **told}}
    if endpoint.answer is not None:
        done["content"] = {wire.MEDIA_TYPE: {"schema": _schema(endpoint.answer)}}
    responses = {str(endpoint.status): done}
    if endpoint.file:
        done["content"] = dict.fromkeys(endpoint.file.split(","), _BYTES)
        responses["206"] = {**done, "description": "The part that was asked for."}
    by_status: dict[int, list[str]] = {}
    for code in problems_of(endpoint):
        by_status.setdefault(TROUBLES[code].status, []).append(code)
    for status, codes in sorted(by_status.items()):
        about = "; ".join(f"`{code}`: {TROUBLES[code].title}" for code in codes)
        content = {wire.PROBLEM_TYPE: {"schema": _schema(wire.Problem)}}
        responses[str(status)] = {"description": about + ".", "headers": headers, "content": content}
    return responses


if __name__ == "__main__":
    sys.stdout.buffer.write(description())
