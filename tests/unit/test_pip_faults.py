"""Whose fault it is that pip could not install, told from what pips of several years say (24.0, 26.3)."""

from __future__ import annotations

import pytest

from releasegate.core.install.pip_faults import TRANSPORT, ground_gave_way, outside_fault

PAGE = "Could not fetch URL https://index.test/simple/dep/: {} - skipping"
NOT_FOUND = "ERROR: No matching distribution found for dep (from app)"
OUTSIDE = [
    PAGE.format("HTTPSConnectionPool: Max retries exceeded (Caused by ResponseError('too many 503 error responses'))"),
    PAGE.format("429 Client Error: Too Many Requests for url: https://index.test/simple/dep/"),
    PAGE.format("403 Client Error: Forbidden for url: https://index.test/simple/dep/"),
    PAGE.format("connection error: the connection was closed without a reply from the server."),
    "ERROR: Could not install packages due to an OSError: HTTPSConnectionPool(host='index.test'): Max retries exceeded",
    "ERROR: Could not install packages due to an OSError: ('Connection broken: IncompleteRead(21 bytes read)',)",
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
    "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/opt'",
    "  ERROR: HTTP error 429 while getting https://index.test/dep.whl (from https://index.test/simple/dep/)",
    "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
    "error: incomplete-download",
    "ERROR: <IncompleteDownloadError: incomplete-download>",
    "error: connection-failed",
    "  │ exit code: -9",
    "  error: command 'gcc' failed: process didn't exit successfully (signal: 9, SIGKILL: kill)",
    "  error: command 'gcc' failed: process didn't exit successfully (signal: 15, SIGTERM: terminated)",
    "c++: fatal error: Killed signal terminated program cc1plus",
    "OSError: [Errno 122] Disk quota exceeded",
    "cc1: out of memory: Cannot allocate memory",
    "MemoryError",
    "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='index.test'): Read timed out.",
    "socket.gaierror: [Errno -3] Temporary failure in name resolution",
]
OWN = [
    PAGE.format("404 Client Error: Not Found for url: https://index.test/simple/dep/"),
    "ERROR: Could not install packages due to an OSError: [Errno 36] File name too long: 'x'",
    "ERROR: Wheel 'app' located at /opt/releasegate/app-1.0-py3-none-any.whl is invalid.",
    "ERROR: Package 'app' requires a different Python: 3.11.2 not in '>=3.12'",
    "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/",
    "  │ exit code: 1",
    "RuntimeError: no such thing",
    "app.c:1:10: fatal error: missing.h: No such file or directory",
]
RECOVERED = "WARNING: Retrying (Retry(total=4)) after connection broken by '[Errno 104] Connection reset by peer'"


@pytest.mark.parametrize("line", OUTSIDE)
def test_what_pip_stands_on_is_told_by_the_line_that_says_it(line: str) -> None:
    assert outside_fault([RECOVERED, line, NOT_FOUND]) == line.strip()


@pytest.mark.parametrize("line", OWN)
def test_what_is_installed_is_at_fault_where_nothing_else_is(line: str) -> None:
    assert outside_fault([RECOVERED, line, NOT_FOUND]) == ""


def test_anybody_s_line_may_say_that_the_ground_gave_way() -> None:
    assert ground_gave_way("could not extend file: No space left on device")
    assert ground_gave_way("failed with [Errno 104]")
    assert not ground_gave_way("relation does not exist")


def test_a_host_that_no_network_knows_says_nothing_of_what_is_built() -> None:
    told = "failed to download https://host.example/x <urlopen error [Errno -2] Name or service not known>"
    assert TRANSPORT.search(f"      {told}\n      [end of output]")
    assert not TRANSPORT.search("fatal error: Python.h: No such file or directory")
