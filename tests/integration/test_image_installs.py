"""What an image's install comes to against an index that gives way: real pip, and whose fault its end is."""

from __future__ import annotations

import hashlib
import http.server
import io
import socket
import struct
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from suite_modules import script

from releasegate.adapters.containers.images.engine_faults import REFUSED, BuildOutput
from releasegate.adapters.containers.images.image_specs import ImageSpec
from releasegate.core.errors import GateFailed, Unavailable


def wheel(name: str, *requires: str) -> bytes:
    """Return a wheel of version 1.0."""
    held, info = io.BytesIO(), f"{name}-1.0.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *(f"Requires-Dist: {r}" for r in requires)]
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(f"{name}.py", "x = 1\n" * 5000)
        archive.writestr(f"{info}/METADATA", "\n".join(metadata))
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return held.getvalue()


def sdist(build: str, requires: str = "[]") -> bytes:
    """Return an sdist of app 1.0 whose build backend does *build*."""
    project = f'[build-system]\nrequires = {requires}\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    files = {"pyproject.toml": project, "backend.py": build, "PKG-INFO": "Name: app\nVersion: 1.0\n"}
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"app-1.0/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return held.getvalue()


DEP = wheel("dep")
DEP_FILE = "dep-1.0-py3-none-any.whl"
PAGE = f'<!DOCTYPE html><html><body><a href="/{DEP_FILE}#sha256={hashlib.sha256(DEP).hexdigest()}">{DEP_FILE}</a>'


@dataclass
class Index:
    """An index that lists one file of dep; *page* and *file* are what is answered in place of them."""

    page: int | str = ""
    file: int | str = ""
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        is_page = not handler.path.endswith(".whl")
        self.asked.append(handler.path)
        if is_page and not handler.path.startswith("/simple/dep/"):
            send(handler, 404, b"no such project")
            return
        wrong = self.page if is_page else self.file
        content = PAGE.encode() if is_page else DEP
        if isinstance(wrong, int):
            send(handler, wrong, b"<html>busy</html>")
        elif wrong == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
        elif wrong == "cut":
            send(handler, 200, content[:100], length=len(content))
        else:
            send(handler, 200, content[:-9] + b"x" * 9 if wrong == "other" else content)


def send(handler: http.server.BaseHTTPRequestHandler, code: int, body: bytes, length: int | None = None) -> None:
    """Send an answer, that says of itself that it is *length* bytes long."""
    handler.send_response(code)
    handler.send_header("Content-Type", "application/octet-stream" if body.startswith(b"PK") else "text/html")
    handler.send_header("Content-Length", str(length or len(body)))
    handler.end_headers()
    handler.wfile.write(body)
    handler.close_connection = True


@pytest.fixture
def index() -> Iterator[Index]:
    """Yield an index that answers on loopback."""
    held = Index()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            held.answer(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.url = f"http://127.0.0.1:{server.server_port}/simple/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def image_script(tmp_path: Path) -> Any:
    """Return what installs inside of an image, with a folder of its own; pip resolves, loads and builds here only."""
    module = script("images/install")
    module.HERE, module.TRUST = tmp_path, tmp_path / "ca.crt"
    module.TRUST.touch()
    real: Callable[..., int] = module.done
    module.done = lambda *argv: real(*argv, "--dry-run", "--ignore-installed", "--retries=0", "--timeout=5")
    return module


Ended = GateFailed | Unavailable | None


@pytest.fixture
def installed(
    image_script: Any, index: Index, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Callable[[str, bytes], Ended]:
    """Return what installs a file and says whose fault it is that it does not install, nothing where it does."""

    def install(name: str, content: bytes) -> Ended:
        (tmp_path / name).write_bytes(content)
        package = {"name": "app", "file": name, "extras": []}
        told = {"requirements": [], "packages": [package], "index": index.url}
        try:
            image_script.install(sys.executable, told)
        except SystemExit as error:
            said = "".join(capfd.readouterr())
            message = f"The command '/bin/sh -c python3 install.py' returned a non-zero code: {error.code}"
            events = [{"stream": said}, {"error": message, "errorDetail": {"code": error.code, "message": message}}]
            build = BuildOutput()
            assert list(build.lines(events))
            return build.failure(ImageSpec("app 1.0", "base", {"role": "netbox"}, {}, bad=True))
        return None

    return install


WHEEL = "app-1.0-py3-none-any.whl"
Install = Callable[[str, bytes], Ended]


def test_what_is_well_installs_and_leaves_no_log(installed: Install, tmp_path: Path) -> None:
    assert installed(WHEEL, wheel("app", "dep")) is None
    assert not (tmp_path / "pip.log").exists()


@pytest.mark.parametrize("wrong", [503, 429, "reset"])
def test_a_page_that_an_index_does_not_answer_is_not_the_release_s_fault(
    wrong: int | str, installed: Install, index: Index
) -> None:
    index.page = wrong
    ended = installed(WHEEL, wheel("app", "dep"))
    assert isinstance(ended, Unavailable)
    assert ended.problem.startswith("The image of app 1.0 cannot be made: Could not fetch URL")


@pytest.mark.parametrize("wrong", [503, "reset", "cut", "other"])
def test_a_file_that_an_index_lists_and_does_not_give_is_not_the_release_s_fault(
    wrong: int | str, installed: Install, index: Index
) -> None:
    index.file = wrong
    assert isinstance(installed(WHEEL, wheel("app", "dep")), Unavailable)


def test_what_a_build_needs_and_the_index_does_not_answer_for_is_not_the_release_s_fault(
    installed: Install, index: Index
) -> None:
    index.page = 503
    assert isinstance(installed("app-1.0.tar.gz", sdist("", '["dep"]')), Unavailable)


def test_an_answer_that_was_bad_once_is_asked_for_again(installed: Install, index: Index) -> None:
    class Once(Index):
        def answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
            super().answer(handler)
            index.page = ""

    index.page = 503
    index.__class__ = Once
    assert installed(WHEEL, wheel("app", "dep")) is None


BUILDS = "def build_wheel(*_):\n    {}\n"


@pytest.mark.parametrize(
    "does",
    [
        "import os; os.kill(os.getpid(), 9)",
        "raise SystemExit('cc1: fatal error: error writing to x.s: No space left on device')",
    ],
)
def test_a_build_that_was_killed_or_had_no_room_is_not_the_release_s_fault(does: str, installed: Install) -> None:
    assert isinstance(installed("app-1.0.tar.gz", sdist(BUILDS.format(does))), Unavailable)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (WHEEL, wheel("app", "no-such-thing"), "No matching distribution found for no-such-thing"),
        (WHEEL, b"no archive", "is invalid"),
        ("app-1.0.tar.gz", sdist(BUILDS.format("raise RuntimeError('no such thing')")), "RuntimeError: no such thing"),
    ],
    ids=["missing", "no wheel", "its build"],
)
def test_what_cannot_be_installed_for_its_own_sake_fails_and_says_why_in_the_first_line(
    name: str, content: bytes, words: str, installed: Install
) -> None:
    ended = installed(name, content)
    assert isinstance(ended, GateFailed)
    assert ended.problem.startswith("contract netbox.install broke: app 1.0 cannot be installed in a container: ")
    assert words in ended.problem


def test_what_says_no_in_the_image_and_who_hears_it_mean_the_same_code(image_script: Any) -> None:
    assert image_script.REFUSED == REFUSED


@pytest.mark.parametrize(("code", "ends"), [(1, REFUSED), (2, 2), (137, 137)])
def test_only_where_pip_says_no_the_image_ends_with_that_code(code: int, ends: int, image_script: Any) -> None:
    image_script.done = lambda *_: code
    with pytest.raises(SystemExit) as caught:
        image_script.install("python", {"requirements": ["x"], "packages": [], "index": ""})
    assert caught.value.code == ends


def test_a_program_that_the_image_lacks_is_named_and_ends_as_in_a_shell(
    image_script: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert image_script.done("no-such-program", "install") == 127
    assert "no-such-program: there is no such program in this image" in capsys.readouterr().out
