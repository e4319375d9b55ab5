"""The smallest pair that a release can be made of; its build backend lies in its own tree and downloads nothing."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath

from git_repositories import ENVIRON, add_remote, copy_repository, git, kept_folder, make_repository
from real_indexes import RunningIndex

from releasegate.engine import Outcome
from releasegate.steps.step import Step

AUTHOR = {name: value for name, value in ENVIRON.items() if name.startswith("GIT_")}
"""Who commits, and that no setting of the machine's Git counts; the tools' own caches are used."""

BACKEND = '''"""Packs the one module as the wheel, and every file of the tree but Git's own as the sdist."""
# Each hook has a Python of its own, so it loads what it needs and no more.
import os

EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH", "1700000000"))
WHEEL = "Wheel-Version: 1.0\\nGenerator: tiny 1\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"


def project():
    import tomllib

    with open("pyproject.toml", "rb") as file:
        told = tomllib.load(file)["project"]
    metadata = f"""Metadata-Version: 2.1
Name: {told['name']}
Version: {told['version']}
Summary: {told['description']}
Requires-Python: {told['requires-python']}
Description-Content-Type: text/markdown

Tiny.
"""
    return told, f"{told['name'].replace('-', '_')}-{told['version']}", metadata


def files(folder):
    found = {}
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {".git", "__pycache__"})
        for path in (os.path.join(place, name) for name in sorted(names)):
            with open(path, "rb") as file:
                found[os.path.normpath(path)] = file.read()
    return found


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    import base64, hashlib, zipfile

    told, stem, metadata = project()
    info = f"{stem}.dist-info"
    held = files(told["name"].replace("-", "_"))
    held |= {f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": WHEEL.encode()}
    lines = []
    for path, data in held.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        lines.append(f"{path},sha256={digest},{len(data)}\\n")
    held[f"{info}/RECORD"] = "".join([*lines, f"{info}/RECORD,,\\n"]).encode()
    name = f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        for path, data in held.items():
            wheel.writestr(zipfile.ZipInfo(path), data)
    return name


def build_sdist(sdist_directory, config_settings=None):
    import io, tarfile

    _, stem, metadata = project()
    name = f"{stem}.tar.gz"
    with tarfile.open(os.path.join(sdist_directory, name), "w:gz") as sdist:
        for path, data in {**files("."), "PKG-INFO": metadata.encode()}.items():
            member = tarfile.TarInfo(f"{stem}/{path}")
            member.size, member.mtime = len(data), EPOCH
            sdist.addfile(member, io.BytesIO(data))
    return name
'''
SERVICE = '''"""Answers every question with this module's version."""
import socket, sys

from tiny_api import __version__

ANSWER = b"HTTP/1.0 200 OK\\r\\n\\r\\n" + __version__.encode()

if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
        while True:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as asked:
                # All of it is read: what is closed before that is reset, for who asks.
                while asked.readline().strip():
                    pass
                connection.sendall(ANSWER)
'''
CHECKS = {
    "tiny-api": """import os, tiny_api
assert tiny_api.__version__ == os.environ["RELEASEGATE_VERSION"]
""",
    "tiny-plugin": """import os, socket, tiny_plugin
assert tiny_plugin.__version__ == os.environ["RELEASEGATE_VERSION"]
host, port = os.environ["RELEASEGATE_COMPANION_URL"].removeprefix("http://").strip("/").split(":")
with socket.create_connection((host, int(port)), timeout=10) as service, service.makefile("rb") as answer:
    service.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
    said = answer.read().decode().split("\\r\\n\\r\\n")[1]
assert said == os.environ["RELEASEGATE_COMPANION_VERSION"]
""",
}
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
VERSION_FILES = (
    '{ toml = "pyproject.toml", key = "project.version" }, { python = "MODULE/__init__.py", attribute = "__version__" }'
)


class Quiet:
    """Looks on and says nothing."""

    def __call__(self, line: str, /) -> None:
        """Leave it out."""

    def begins(self, step: Step) -> None:
        """Leave it out."""

    def ends(self, outcome: Outcome) -> None:
        """Leave it out."""


@dataclass(frozen=True)
class Pair:
    """A project of two packages in *root*; each is a clone with a bare remote beside it."""

    root: Path

    def clone(self, name: str) -> Path:
        """Return where a package's repository is."""
        return self.root / name


def make_pair(root: Path, *, version: str = "1.0.0", settings: str = "", begun: Path | None = None) -> Pair:
    """Make the project: ``tiny-api``, and ``tiny-plugin`` that calls it; *settings* head the configuration.

    The repositories are as they are in *begun*, where that is given: another such project's folder.
    """
    made = begun or _made(version)
    for name in CHECKS:
        remote = PurePath("remotes", f"{name}.git")
        shutil.copytree(made / remote, root / remote, symlinks=True)
        copy_repository(made / name, root / name)
        git(root / name, "remote", "set-url", "origin", str(root / remote))
    (root / "pyproject.toml").write_text(configuration(settings), encoding="utf-8")
    return Pair(root)


@cache
def _made(version: str) -> Path:
    """Return a folder with both clones and their remotes, for copies."""
    folder = kept_folder()
    for name in CHECKS:
        repository = make_repository(folder / name, sources(name, version=version))
        add_remote(repository, folder / "remotes" / f"{name}.git")
    return folder


def sources(name: str, *, version: str) -> dict[str, str]:
    """Return every file of a package."""
    module = name.replace("-", "_")
    named = f'[project]\nname = "{name}"\nversion = "{version}"\n'
    project = f'{named}description = "Tiny"\nrequires-python = ">={PYTHON}"\n'
    backend = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    service = {"tiny_api/__main__.py": SERVICE} if name == "tiny-api" else {}
    return {
        "pyproject.toml": f"{backend}\n{project}",
        "backend.py": BACKEND,
        "check.py": CHECKS[name],
        f"{module}/__init__.py": f'"""Tiny."""\n\n__version__ = "{version}"\n',
        **service,
    }


def configuration(settings: str = "") -> str:
    """Return the project's ``pyproject.toml``."""
    tables = []
    for name in CHECKS:
        version_files = VERSION_FILES.replace("MODULE", name.replace("-", "_"))
        tables.append(
            f'[[tool.releasegate.packages]]\nname = "{name}"\npath = "{name}"\nversion-files = [{version_files}]\n'
            f'pythons = ["{PYTHON}"]\nend-to-end = {{ command = ["python", "check.py"], timeout = 60 }}\n'
        )
    tables[0] += 'service = { command = ["python", "-m", "tiny_api", "{port}"], ready = "/" }\n'
    tables[1] += 'companion = { name = "tiny-api" }\n'
    return "\n".join([f"[tool.releasegate]\n{settings}", *tables])


def on_indexes(staging: RunningIndex, production: RunningIndex) -> str:
    """Return the settings of a project that is released on two indexes of one's own, and needs nothing else."""
    lines = ['staging = "staging"', 'production = "production"', 'dependencies = "production"', "propagation = 30"]
    lines.append("production-without-forge = true")
    for role, index in (("staging", staging), ("production", production)):
        lines.append(f"[tool.releasegate.indexes.{role}]")
        lines.append(f'upload = "{index.upload}"\nsimple = "{index.simple}"')
        lines.append(f'token-env = "{role.upper()}_TOKEN"\nusername = "{index.username}"')
    return "\n".join(lines)
