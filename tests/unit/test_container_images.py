"""Images that cannot be pulled or made: whose fault that is, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest
from docker.errors import APIError, DockerException
from fake_engine import FakeEngine
from requests.exceptions import ChunkedEncodingError, ReadTimeout
from urllib3.exceptions import ProtocolError

from releasegate.adapters.containers.images.engine_faults import REFUSED
from releasegate.adapters.containers.images.image_specs import ImageSpec
from releasegate.adapters.containers.images.images import Images
from releasegate.core.errors import GateFailed, ReleasegateError, Unavailable

SPEC = ImageSpec("app 1.0", "base", {"role": "netbox"}, {}, bad=True)
SILENT = [ReadTimeout("timed out"), ChunkedEncodingError("cut"), ProtocolError("reset"), DockerException("torn")]
NO_ROOM = APIError("500 Server Error", explanation="write /var/lib/docker/tmp: no space left on device")


def ended(code: int | None, *said: str, message: str = "") -> list[dict[str, Any]]:
    """Return what an engine answers to a build of which a step ended with *code*."""
    words = message or f"The command '/bin/sh -c python3 /opt/releasegate/install.py' returned a non-zero code: {code}"
    detail = {"message": words} if code is None else {"code": code, "message": words}
    return [*({"stream": f"{line}\n"} for line in said), {"errorDetail": detail, "error": words}]


def failure(engine: FakeEngine, spec: ImageSpec = SPEC) -> ReleasegateError:
    """Return why an image cannot be made."""
    engine.here.add("base")
    with pytest.raises(ReleasegateError) as caught:
        Images(engine.engine).made(spec, progress=lambda _: None)
    return caught.value


def test_what_pip_says_no_to_is_the_release_s_fault_and_said_in_the_first_line() -> None:
    engine = FakeEngine(
        makes=False, answer=ended(REFUSED, "Collecting x", "ERROR: No matching distribution found for x")
    )
    found = failure(engine)
    assert isinstance(found, GateFailed)
    assert found.problem == (
        "contract netbox.install broke: app 1.0 cannot be installed in a container: "
        "ERROR: No matching distribution found for x"
    )
    assert found.details[-1] == "ERROR: No matching distribution found for x"


def test_what_is_the_release_s_fault_is_not_tried_again_and_what_is_not_is() -> None:
    engine = FakeEngine(makes=False, answer=ended(REFUSED, "ERROR: no"), here={"base"})
    images = Images(engine.engine)
    for _ in range(2):
        with pytest.raises(GateFailed):
            images.made(SPEC, progress=lambda _: None)
    assert engine.asked == ["build"]
    engine = FakeEngine(makes=False, answer=ended(100, "E: Failed to fetch"), here={"base"})
    images = Images(engine.engine)
    for _ in range(2):
        with pytest.raises(Unavailable):
            images.made(SPEC, progress=lambda _: None)
    assert engine.asked == ["build", "build"]


NOT_HAD = "Could not fetch URL https://index.test/simple/x/: 429 Client Error: Too Many Requests for url: x - skipping"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (ended(100, "E: Failed to fetch trixie"), "returned a non-zero code: 100"),
        (ended(1, "Traceback (most recent call last):", "KeyError: 'venv'"), "returned a non-zero code: 1"),
        (ended(2, "ERROR: Exception:"), "returned a non-zero code: 2"),
        (ended(137), "its build was killed (exit code 137)"),
        (ended(None, message="process did not complete successfully: exit code: 137"), "was killed (exit code 137)"),
        (ended(None, message="write /var/lib/docker: no space left on device"), "no space left on device"),
        (ended(None, message="toomanyrequests: You have reached your pull rate limit"), "toomanyrequests"),
        (ended(None, message="received unexpected HTTP status: 503 Service Unavailable"), "503 Service Unavailable"),
        (ended(REFUSED, NOT_HAD, "ERROR: No matching distribution found for x"), "429 Client Error"),
        (ended(REFUSED, "OSError: [Errno 28] No space left on device"), "No space left on device"),
        ([], "the engine did not say why"),
    ],
)
def test_whatever_else_ends_a_build_is_not_the_release_s_fault(answer: list[dict[str, Any]], words: str) -> None:
    found = failure(FakeEngine(makes=False, answer=answer))
    assert isinstance(found, Unavailable)
    assert found.problem.startswith("The image of app 1.0 cannot be made: ")
    assert words in found.problem


def test_an_image_without_the_release_in_it_is_never_its_fault() -> None:
    spec = ImageSpec("NetBox 4.7.3", "base", {"role": "netbox-core"}, {})
    answer = ended(REFUSED, "ERROR: No matching distribution found for netbox==4.7.3")
    assert isinstance(failure(FakeEngine(makes=False, answer=answer), spec), Unavailable)


@pytest.mark.parametrize("fault", [*SILENT, NO_ROOM], ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("when", ["build", "build answer"])
def test_an_engine_that_gives_way_while_it_builds_is_not_the_release_s_fault(fault: Exception, when: str) -> None:
    found = failure(FakeEngine(makes=False, faults={when: fault}, answer=[{"stream": "Collecting x\n"}]))
    assert isinstance(found, Unavailable)
    assert found.problem.startswith("The image of app 1.0 cannot be made: The Docker engine ")


@pytest.mark.parametrize("fault", [*SILENT, NO_ROOM], ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("when", ["pull", "pull answer"])
def test_an_image_that_cannot_be_pulled_is_named(fault: Exception, when: str) -> None:
    with pytest.raises(Unavailable, match="The image redis is not here and cannot be pulled") as caught:
        Images(FakeEngine(faults={when: fault}).engine).pulled("redis", progress=lambda _: None)
    assert caught.value.details


def test_a_registry_s_refusal_within_an_answer_is_told() -> None:
    engine = FakeEngine(makes=False, answer=[{"status": "Pulling"}, {"error": "toomanyrequests: wait"}])
    with pytest.raises(Unavailable) as caught:
        Images(engine.engine).pulled("redis", progress=lambda _: None)
    assert caught.value.details == ("toomanyrequests: wait",)


def test_an_image_that_can_be_had_is() -> None:
    engine, said = FakeEngine(), list[str]()
    images = Images(engine.engine)
    assert images.pulled("base", progress=said.append) == "sha256:base"
    assert images.pulled("base", progress=said.append) == "sha256:base"
    engine.answer = [{"stream": "releasegate: pip install\nCollecting x\n"}]
    assert images.made(SPEC, progress=said.append).startswith("releasegate/netbox:")
    assert said[-2:] == ["app 1.0: pip install", "app 1.0: Collecting x"]
