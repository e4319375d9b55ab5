"""A backend's GET routes that need nothing: found in its own table and in its description, and asked in an order."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
from suite_modules import checks, script
from urllib3.exceptions import ProtocolError, ReadTimeoutError


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """Return the check that asks them."""
    with checks(pytestconfig, "test_6_routes") as modules:
        yield modules


def table(*routes: Any) -> list[str]:
    """Return what a server with these routes would tell."""
    return list(script("images/server/releasegate_routes")._paths(routes, ""))


def route(path: str, *methods: str, needs: bool = False, depends: Any = ()) -> SimpleNamespace:
    """Return a route; one that *needs* has a parameter of its query that must be given."""
    query = [SimpleNamespace(required=True)] if needs else [SimpleNamespace(required=False)]
    return SimpleNamespace(
        path=path,
        methods=set(methods or ("GET",)),
        dependant=SimpleNamespace(query_params=query, dependencies=list(depends)),
    )


def test_a_route_table_is_told_with_what_is_mounted_and_what_is_included_as_a_whole() -> None:
    """FastAPI 0.14x keeps an included router; earlier ones copied its routes."""
    mounted = SimpleNamespace(path="/app", routes=[route("/inner")])
    included = SimpleNamespace(
        effective_route_contexts=lambda: iter(
            [route("/x/active"), SimpleNamespace(starlette_route=route("/x/plain"), path=None), route("/x/{id}")]
        )
    )
    assert table(route("/health"), mounted, included) == ["/health", "/app/inner", "/x/active", "/x/plain"]


def test_a_route_that_needs_an_argument_or_is_for_another_method_is_not_told() -> None:
    deep = SimpleNamespace(query_params=[SimpleNamespace(required=True)], dependencies=[])
    modern = SimpleNamespace(field_info=SimpleNamespace(is_required=lambda: True))
    late = SimpleNamespace(path="/late", methods={"GET"}, dependant=SimpleNamespace(header_params=[modern]))
    assert table(route("/a", "POST"), route("/b", needs=True), route("/c", depends=[deep]), late, route("/d")) == ["/d"]


DOCUMENT = {
    "paths": {
        "/a": {"get": {}},
        "/b": {"get": {"parameters": [{"required": False}]}},
        "/c": {"get": {"parameters": [{"required": True}]}},
        "/d/{id}": {"get": {}},
        "/e": {"post": {}},
    }
}


def test_what_a_backend_describes_is_asked_for_too(suite: SimpleNamespace) -> None:
    assert list(suite.test_6_routes.described(DOCUMENT)) == ["/a", "/b"]
    assert list(suite.test_6_routes.described({})) == []


def test_what_only_tells_is_asked_before_what_does_something(suite: SimpleNamespace) -> None:
    asked = ["/full-update/stream", "/sync/active", "/devices/create", "/health", "/sync"]
    assert sorted(asked, key=suite.test_6_routes._order) == [
        "/health",
        "/sync/active",
        "/sync",
        "/devices/create",
        "/full-update/stream",
    ]


@pytest.mark.parametrize(
    ("status", "told", "said"),
    [
        (501, {"detail": "use the pages"}, ""),
        (503, {"detail": "no such service here"}, ""),
        (501, {}, "answered 501"),
        (500, {"detail": "unexpected"}, "answered 500 (unexpected)"),
        (429, {}, "has too many requests"),
        (404, {}, ""),
    ],
)
def test_a_route_that_says_that_it_does_nothing_is_no_failure_and_a_crash_is_one(
    suite: SimpleNamespace, status: int, told: dict[str, str], said: str
) -> None:
    answer = requests.Response()
    answer.status_code, answer._content, answer.raw = status, json.dumps(told).encode(), io.BytesIO()
    answer.headers["Content-Type"] = "application/json"
    backend = SimpleNamespace(request=lambda *_, **__: answer)
    assert suite.test_6_routes._complaint(backend, "/x") == said


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ReadTimeoutError(cast("Any", None), "/x/create", "Read timed out."), "does not answer in time"),
        (ProtocolError("Connection broken"), "ConnectionError"),
    ],
)
def test_a_stream_that_falls_silent_is_not_over_and_one_that_breaks_off_has_failed(
    suite: SimpleNamespace, fault: Exception, said: str
) -> None:
    def content(_: int) -> Iterator[bytes]:
        yield b"data: begun"
        raise requests.ConnectionError(fault)

    answer = requests.Response()
    answer.status_code, answer.raw = 200, io.BytesIO()
    answer.iter_content = content  # type: ignore[method-assign, assignment]
    backend = SimpleNamespace(request=lambda *_, **__: answer)
    assert suite.test_6_routes._complaint(backend, "/x/create") == said
