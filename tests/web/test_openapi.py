"""The OpenAPI document: every route is in it, and every route answers as it says, whatever it is sent."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from aiohttp import ClientResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.core.values import VisitId
from server.web.api_shapes import JSON
from server.web.api_table import OPERATIONS
from server.web.credentials import Credentials, scope_of
from server.web.openapi import described, document
from server.web.pages import STATIC_PATH
from tests.serving import SECRET, Served, serving
from tests.web.from_schema import near

VISIT = VisitId("v-of-a-test")
KNOWN = {"bazaar": "uji", "screen": "utama", "number": "1", "line": "A", "channel": "hall", "version": "0" * 12, "name": "chime"}
ROUTES = sorted(OPERATIONS)
Answer = tuple[int, str, bytes]


@pytest.fixture(scope="module")
async def served() -> AsyncIterator[Served]:
    """A bazaar with a visit, which forgives whatever it is sent."""
    async with serving() as bazaar:
        await bazaar.submit("issue", services=["ktp"], visit=VISIT)
        yield bazaar


@pytest.fixture(scope="module")
def told(served: Served) -> Any:
    """The document; it takes a while to make."""
    return document(served.app)


async def test_every_route_is_described(served: Served) -> None:
    """Nothing is served that the document does not tell, with a sentence; and it tells of nothing that is not served."""
    routes = {(route.method, route.resource.canonical) for route in served.app.router.routes() if route.resource}
    assert set(OPERATIONS) == {(method, path) for method, path in routes if method != "HEAD" and not path.startswith(STATIC_PATH)}
    assert [] == [(method, path) for method, path, _, sentence in described(served.app) if not sentence]


async def test_published(served: Served, told: Any) -> None:
    """Anybody may read it, and whatever it refers to stands in it."""
    async with served.session.get(f"{served.url}/openapi.json") as answer:
        assert 200 == answer.status
        said = await answer.json()
    assert told == said
    assert {ref.rpartition("/")[2] for ref in references(said)} <= set(said["components"]["schemas"])
    commands = said["paths"]["/{bazaar}/desk/commands"]["post"]["requestBody"]["content"][JSON]["schema"]["anyOf"]
    (announce,) = [order for order in commands if order["title"] == "announce"]
    assert 500 == announce["properties"]["text"]["maxLength"]


def references(part: Any) -> Iterator[str]:
    """All that a part of the document refers to."""
    if isinstance(part, dict):
        yield from [part["$ref"]] if "$ref" in part else []
        part = list(part.values())
    for inner in part if isinstance(part, list) else ():
        yield from references(inner)


@pytest.mark.parametrize(("method", "path"), ROUTES)
@settings(max_examples=max(6, settings().max_examples // 20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_answers_as_it_says(served: Served, told: Any, method: str, path: str, data: st.DataObject) -> None:
    """Whatever a route is sent, by the organiser or by nobody, its answer is one that the document has, and never a fault of ours."""
    operation, shared = told["paths"][path][method.lower()], told["components"]["schemas"]
    answer = await sent(served, method, filled(served, path, data), operation, shared, data)
    checked(answer, operation["responses"], shared)


def filled(served: Served, path: str, data: st.DataObject) -> str:
    """The path with names that there are, or any others; the bazaar is always there."""
    token = Credentials(SECRET).visit_token(scope_of("uji", served.room.epoch), VISIT)
    known = {**KNOWN, "token": token, "key": served.keys.counters[1]}
    for name in [part[1:].partition("}")[0] for part in path.split("/") if part.startswith("{")]:
        odd = st.text(min_size=1, max_size=20) if name != "bazaar" else st.nothing()
        value = data.draw(st.just(known.get(name, "1")) | odd, label=name)
        path = path.replace(f"{{{name}}}", quote(value, safe=""), 1)
    return path.replace("{form}.{kind}", "first.wav")


async def sent(served: Served, method: str, path: str, operation: Any, shared: Any, data: st.DataObject) -> Answer:
    """Send what the operation takes, or nearly that: status, media type and body of the answer."""
    query = {
        each["name"]: data.draw(near(each["schema"], shared), label=each["name"])
        for each in operation["parameters"]
        if each["in"] == "query"
    }
    url = f"{served.url}{path}?{urlencode(query, errors='replace')}"
    headers = served.bearer(served.keys.admin) if data.draw(st.booleans(), label="organiser") else {}
    content = operation.get("requestBody", {}).get("content", {})
    kind = data.draw(st.sampled_from(sorted(content)), label="kind") if content else ""
    body = written(kind, data.draw(near(content[kind]["schema"], shared), label="body")) if kind else None
    headers |= {"Content-Type": kind} if kind else {}
    async with served.session.request(method, url, data=body, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.content_type if has_body(answer) else "", await answer.read()


def has_body(answer: ClientResponse) -> bool:
    """Whether the answer says that it has one."""
    return answer.content_length != 0


def written(kind: str, value: Any) -> bytes:
    """A value as JSON, or as a form whose fields are texts."""
    if kind == JSON:
        return json.dumps(value).encode(errors="replace")
    pairs = value.items() if isinstance(value, dict) else [(str(value), "")]
    return urlencode([(name, each) for name, each in pairs], doseq=True, errors="replace").encode()


def checked(answer: Answer, responses: Any, shared: Any) -> None:
    """The answer's status, media type and required fields are of the document."""
    status, kind, body = answer
    assert status < 500, body
    told = responses.get(str(status)) or responses.get(f"{status // 100}XX")
    assert told, f"{status} is not described"
    content = told.get("content", {})
    assert not kind or not content or any(kind.startswith(each.removesuffix("*")) for each in content), kind
    if kind == JSON and status < 500:
        required = resolved(content[JSON]["schema"], shared).get("required", ())
        assert set(required) <= set(json.loads(body))


def resolved(schema: Any, shared: Any) -> Any:
    """The schema itself, where it stands by name."""
    return shared[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
