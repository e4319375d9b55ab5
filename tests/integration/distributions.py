"""Tiny distributions made by hand, and a loopback index to serve them: nothing is downloaded or built elsewhere."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

from releasegate.rehearsal.index import EmbeddedIndex, sample_wheel

BACKEND = '''"""Packs what lies in payload/ as the wheel, and writes beside it as careless backends do."""
import os, zipfile

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    os.makedirs("build", exist_ok=True)
    name = open("wheel-name").read()
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        for folder, _, files in os.walk("payload"):
            for file in files:
                path = os.path.join(folder, file)
                wheel.write(path, os.path.relpath(path, "payload"))
    return name
'''


def members(
    name: str, version: str, *, files: Mapping[str, str], metadata: str = "", scripts: str = ""
) -> dict[str, str]:
    """Return everything that the wheel of such a distribution holds."""
    info = f"{name}-{version}.dist-info"
    entry_points = {f"{info}/entry_points.txt": f"[console_scripts]\n{scripts}\n"} if scripts else {}
    held = {
        **files,
        **entry_points,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    return {**held, f"{info}/RECORD": "".join(f"{path},,\n" for path in [*held, f"{info}/RECORD"])}


def wheel(folder: Path, name: str, version: str, **parts: object) -> Path:
    """Write a wheel; *parts* are those of ``members``."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in members(name, version, **parts).items():  # type: ignore[arg-type]
            archive.writestr(member, text)
    return path


def tree(folder: Path, name: str, version: str, **parts: object) -> Path:
    """Write a source tree that builds itself without any build requirement."""
    sources = {
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "backend.py": BACKEND,
        "wheel-name": f"{name}-{version}-py3-none-any.whl",
    }
    payload = {f"payload/{path}": text for path, text in members(name, version, **parts).items()}  # type: ignore[arg-type]
    for path, text in {**sources, **payload}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def sdist(folder: Path, name: str, version: str, **parts: object) -> Path:
    """Write an sdist of such a tree."""
    source = tree(folder / "sdist-tree", name, version, **parts)
    path = folder / f"{name}-{version}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(source, f"{name}-{version}")
        pkg_info = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
        member = tarfile.TarInfo(f"{name}-{version}/PKG-INFO")
        member.size = len(pkg_info)
        archive.addfile(member, io.BytesIO(pkg_info))
    return path


@contextmanager
def index(*files: Path, status: int = 200, moved_to: str = "") -> Iterator[str]:
    """Serve *files* as a simple index on loopback, answering everything with *status*; give its address.

    One that *moved_to* another address says so to whoever asks whether it is there.
    """
    pages: dict[str, bytes] = {"/simple/": b"<!DOCTYPE html>"}
    for file in files:
        content = file.read_bytes()
        pages[f"/files/{file.name}"] = content
        link = f'<a href="/files/{file.name}#sha256={hashlib.sha256(content).hexdigest()}">{file.name}</a>'
        pages[f"/simple/{file.name.partition('-')[0]}/"] = f"<!DOCTYPE html>{link}".encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = pages.get(self.path)
            self.send_response(404 if content is None and status == 200 else status)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(content or b"")

        def do_HEAD(self) -> None:
            self.send_response(302 if moved_to else status)
            if moved_to:
                self.send_header("Location", moved_to)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple/"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def stumbling_index(root: Path) -> Iterator[EmbeddedIndex]:
    """Serve a dependency, helper 2.0, from an index that answers as it is told to."""
    sample = sample_wheel("helper", "2.0")
    with EmbeddedIndex(name="pypi", root=root, token="secret") as server:
        content = {"content": (sample.filename, sample.content)}
        auth = ("__token__", "secret")
        sent = requests.post(server.upload_url, data=sample.fields, files=content, auth=auth, timeout=30)
        assert sent.status_code == 200
        yield server
