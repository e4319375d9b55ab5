"""What the services' logs tell: who asked whom for what, what was raised, and what of that nobody declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from suite_modules import imported

CLIENTS = {"172.18.0.7": "worker", "172.18.0.5": "backend"}
LOG = """INFO:     172.18.0.7:57848 - "GET /proxmox/api2/nodes/7/time?x=2 HTTP/1.1" 404 Not Found
172.18.0.5 "POST /api/dcim/devices/ HTTP/1.1" 201
[2026-01-01 00:00:00] 172.18.0.5 - "DELETE /api/dcim/devices/3/ HTTP/1.1" 405 12.3
172.18.0.1:48580 - "GET /openapi.json HTTP/1.1" 500 Internal Server Error
INFO:     172.18.0.7:1 - "GET /health HTTP/1.1" 503 Service Unavailable
"""
RAISED = """INFO: starting
Traceback (most recent call last):
  File "x.py", line 1, in y
    value
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "x.py", line 2, in y
ValueError: b
INFO: on it goes
Traceback (most recent call last):
  File "x.py", line 1, in y
    ^^^^^
pair.errors.TornError
"""


@pytest.fixture(scope="module")
def suite() -> Iterator[SimpleNamespace]:
    """Return what reads logs."""
    with imported("traffic", "troubles") as modules:
        yield modules


def test_a_request_of_another_service_is_read_in_every_server_s_words_and_the_checks_own_is_not(
    suite: SimpleNamespace,
) -> None:
    assert [str(each) for each in suite.traffic.exchanges("netbox", LOG, CLIENTS)] == [
        "worker to netbox: GET /proxmox/api2/nodes/N/time answered 404",
        "backend to netbox: POST /api/dcim/devices/ answered 201",
        "backend to netbox: DELETE /api/dcim/devices/N/ answered 405",
        "worker to netbox: GET /health answered 503",
    ]


def test_what_a_service_asks_of_itself_is_no_exchange(suite: SimpleNamespace) -> None:
    assert [each.client for each in suite.traffic.exchanges("backend", LOG, CLIENTS)] == ["worker", "worker"]


def test_a_route_that_is_not_there_and_a_server_error_are_failures_and_a_refusal_is_none(
    suite: SimpleNamespace,
) -> None:
    failed = [suite.traffic.Exchange("a", "b", "GET", "/", status).failed for status in (200, 400, 403, 404, 405, 500)]
    assert failed == [False, False, False, True, True, True]


def test_of_errors_that_led_to_each_other_the_last_is_told(suite: SimpleNamespace) -> None:
    assert [str(each) for each in suite.traffic.raised("worker", RAISED)] == [
        "worker logged a stack trace: ValueError: b",
        "worker logged a stack trace: pair.errors.TornError",
    ]
    assert list(suite.traffic.raised("worker", "INFO: all is well\n")) == []


def test_what_is_declared_is_left_out_and_nothing_else(suite: SimpleNamespace) -> None:
    seen = ["a answered 404", "b answered 404", "a answered 404", "b answered 500"]
    allowed = (suite.traffic.Allowed("a answered *", "meant so"),)
    assert suite.traffic.unexpected(seen, allowed) == {"b answered 404": 1, "b answered 500": 1}
    assert suite.traffic.unexpected(seen, ()) == {"a answered 404": 2, "b answered 404": 1, "b answered 500": 1}


def test_many_findings_are_told_in_one_line(suite: SimpleNamespace) -> None:
    assert suite.traffic.told({"a": 2, "b": 1}) == "a (2 times); b"
    assert suite.traffic.told(dict.fromkeys("abcde", 1)) == "a; b; c; and 2 more"


WARNED = """2026-01-01 00:00:00 [worker] WARNING rq.worker:17 - job 42 took 3.5 s
WARNING rq.worker:99 - job 43 took 1 s
\x1b[33mERROR\x1b[0m no key 0123456789abcdef
INFO nothing to tell of an error
/opt/netbox/paginator.py:33: UnorderedObjectListWarning: pages may yield things twice
  super().__init__(object_list)
"""


def test_a_warning_is_the_same_whenever_and_of_whatever_number_it_is_told(suite: SimpleNamespace) -> None:
    assert list(suite.troubles.troubles("worker", WARNED)) == [
        "worker: WARNING rq.worker:N - job N took N s",
        "worker: WARNING rq.worker:N - job N took N s",
        "worker: ERROR no key N",
        "worker: UnorderedObjectListWarning: pages may yield things twice",
    ]


def test_only_what_was_not_warned_of_before_is_new(suite: SimpleNamespace, tmp_path: Path) -> None:
    now = Counter(suite.troubles.troubles("worker", WARNED))
    assert suite.troubles.new(now, now) == []
    assert suite.troubles.new({"worker: ERROR no key N": 3}, now) == [
        "worker: WARNING rq.worker:N - job N took N s (2 times)",
        "worker: UnorderedObjectListWarning: pages may yield things twice",
    ]
    file = tmp_path / "new" / "warnings.json"
    assert suite.troubles.kept(file) is None
    suite.troubles.keep(file, now)
    assert suite.troubles.kept(file) == now


@pytest.mark.parametrize(
    ("words", "alone"),
    [
        ("aiohttp.ClientConnectorError: Cannot connect to host netbox.test:8080 [Connect call failed]", True),
        ("ConnectionRefusedError: [Errno 111] Connection refused", True),
        ("KeyError: 'connection'", False),
    ],
)
def test_a_trace_of_nobody_who_answers_yet_is_told_apart(suite: SimpleNamespace, words: str, *, alone: bool) -> None:
    (found,) = suite.traffic.raised("backend", f"Traceback (most recent call last):\n  x\n{words}\n")
    assert found.alone is alone
