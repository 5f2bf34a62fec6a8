"""The OpenAPI document of whatever this process serves: its routes, what each handler says of itself, and the table of what they take."""

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from aiohttp import web

from server.web.api_shapes import HTML, JSON, NUMBER, TEXT, Schema, components, of
from server.web.api_table import OPERATIONS, Operation

routes = web.RouteTableDef()

NUMBERS = frozenset(("number", "counter"))
"""Names in paths that stand for numbers; all others are texts."""
_NAME = re.compile(r"{(\w+)}")
_FAULT = {"description": "Not now, or not so.", "content": {JSON: {"schema": of("Problem")}, HTML: {"schema": TEXT}}}
_PAIRED: list[dict[str, list[str]]] = [{"key": []}, {"cookie": []}]


@routes.get("/openapi.json")
async def published(request: web.Request) -> web.Response:
    """This document."""
    return web.json_response(document(request.app))


def document(app: web.Application) -> dict[str, Any]:
    """The application's routes as OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for method, path, operation, sentence in described(app):
        paths.setdefault(path, {})[method.lower()] = _operation(path, operation, sentence)
    schemes = {
        "key": {"type": "http", "scheme": "bearer", "description": "The key of a device, as `urut open --json` prints it."},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "urut", "description": "What opening a pairing link sets."},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "urut", "version": version("urut"), "description": "In words: docs/protocol.md."},
        "paths": paths,
        "components": {"schemas": components(), "securitySchemes": schemes},
    }


def described(app: web.Application) -> Iterator[tuple[str, str, Operation, str]]:
    """Method, path, row of the table and sentence of every route that has a row."""
    for route in app.router.routes():
        path = route.resource.canonical if route.resource else ""
        operation = OPERATIONS.get((route.method, path))
        if operation is not None:
            yield route.method, path, operation, " ".join((route.handler.__doc__ or "").split())


def _operation(path: str, operation: Operation, sentence: str) -> dict[str, Any]:
    parameters = [*_parameters("path", _in_path(path), required=True), *_parameters("query", operation.query, required=False)]
    answers = {str(status): _answer(status, content) for status, content in operation.answers.items()}
    return {
        "summary": sentence,
        "parameters": parameters,
        **({"requestBody": {"required": True, "content": _content(operation.body)}} if operation.body else {}),
        **({"security": _PAIRED} if operation.paired else {}),
        "responses": {**answers, "4XX": _FAULT, **({} if "503" in answers else {"503": _FAULT})},
    }


def _in_path(path: str) -> dict[str, Schema]:
    return {name: NUMBER if name in NUMBERS else TEXT for name in _NAME.findall(path)}


def _parameters(place: str, named: Mapping[str, Schema], *, required: bool) -> list[dict[str, Any]]:
    return [{"name": name, "in": place, "required": required, "schema": schema} for name, schema in named.items()]


def _answer(status: int, content: Mapping[str, Schema]) -> dict[str, Any]:
    said = {101: "A WebSocket.", 302: "The way to another page.", 303: "The way to another page.", 304: "As it was."}
    return {"description": said.get(status, "What was asked for."), **({"content": _content(content)} if content else {})}


def _content(content: Mapping[str, Schema]) -> dict[str, Any]:
    return {kind: {"schema": schema} for kind, schema in content.items()}
