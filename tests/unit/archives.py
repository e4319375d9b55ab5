"""A small distribution, made by hand: its tracked files, and the wheel and sdist that a backend makes of them."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from packaging.version import Version

from releasegate.core.audit.problem import Problems
from releasegate.core.audit.subject import Subject
from releasegate.core.config.keys import Package
from releasegate.core.config.version_file_types import LockVersionFile, PythonVersionFile, TomlVersionFile
from releasegate.core.dists.archive import Members
from releasegate.core.dists.wheel import record_row

Files = Mapping[str, bytes]

PACKAGE = Package(
    name="sample-app",
    path=PurePosixPath(),
    version_files=(
        TomlVersionFile(PurePosixPath("pyproject.toml"), "project.version"),
        PythonVersionFile(PurePosixPath("src/sample_app/__init__.py"), "__version__"),
        LockVersionFile(PurePosixPath("uv.lock")),
    ),
    pythons=("3.11", "3.12"),
)

WHEEL = b"Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def tracked(version: str = "1.0") -> dict[str, bytes]:
    """Return the files that Git tracks, the package in a ``src`` layout."""
    return {
        "pyproject.toml": f'[project]\nname = "sample-app"\nversion = "{version}"\n'.encode(),
        "uv.lock": f'version = 1\n\n[[package]]\nname = "sample-app"\nversion = "{version}"\n'
        'source = { editable = "." }\n'.encode(),
        "README.md": b"# Sample\n",
        "LICENSE": b"Do as you like.\n",
        "src/sample_app/__init__.py": f'__version__ = "{version}"\n'.encode(),
        "src/sample_app/__main__.py": b"from sample_app.cli import main\n\nmain()\n",
        "src/sample_app/cli.py": b'PAGE = "sample_app/page.html"\n\n\ndef main(): ...\n',
        "src/sample_app/migrations/0001_initial.py": b"FIELDS = 1\n",
        "src/sample_app/templates/sample_app/page.html": b"<p>Hello</p>\n",
    }


def metadata(version: str = "1.0", *, python: str = ">=3.11", name: str = "sample-app") -> bytes:
    """Return core metadata."""
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", f"Requires-Python: {python}"]
    return "\n".join([*lines, "Requires-Dist: six", "", "# Sample", ""]).encode()


def dist_info(version: str = "1.0") -> str:
    """Return the name of the wheel's own folder."""
    return f"sample_app-{version}.dist-info"


def wheel_files(tree: Files, *, version: str = "1.0") -> dict[str, bytes]:
    """Return a wheel's files as a backend makes them of the tree, still without RECORD."""
    package = {path.removeprefix("src/"): data for path, data in tree.items() if path.startswith("src/")}
    own = {
        "METADATA": metadata(version),
        "WHEEL": WHEEL,
        "entry_points.txt": b"[console_scripts]\nsample = sample_app.cli:main\n",
        "licenses/LICENSE": tree["LICENSE"],
    }
    return package | {f"{dist_info(version)}/{name}": data for name, data in own.items()}


def sealed(files: Files, *, version: str = "1.0") -> dict[str, bytes]:
    """Return a wheel's files with a RECORD that is right."""
    record = f"{dist_info(version)}/RECORD"
    rows = [record_row(path, data) for path, data in files.items()] + [(record, "", "")]
    return {**files, record: "".join(f"{','.join(row)}\n" for row in rows).encode()}


def wheel(files: Files, *, version: str = "1.0", executable: Iterable[str] = ()) -> Members:
    """Return a sealed wheel, opened."""
    held = sealed(files, version=version)
    return Members(f"sample_app-{version}-py3-none-any.whl", held, executable=frozenset(executable))


def sdist(tree: Files, *, version: str = "1.0") -> Members:
    """Return an sdist of the tree, opened; it has a setuptools ``egg-info`` too."""
    own = {
        "PKG-INFO": metadata(version),
        "src/sample_app.egg-info/PKG-INFO": metadata(version),
        "src/sample_app.egg-info/SOURCES.txt": "\n".join(tree).encode(),
    }
    return Members(f"sample_app-{version}.tar.gz", {**tree, **own}, folder=f"sample_app-{version}")


def subject(
    *,
    package: Package = PACKAGE,
    version: str = "1.0",
    add: Files | None = None,
    remove: Iterable[str] = (),
    previous: Members | None = None,
) -> Subject:
    """Return a sound build, or one whose wheel has files added, replaced or removed."""
    made_of = tracked(version)
    files = wheel_files(made_of, version=version) | dict(add or {})
    built = wheel({path: data for path, data in files.items() if path not in set(remove)}, version=version)
    source = sdist(made_of, version=version)
    return Subject(package, Version(version), wheel=built, sdist=source, rebuilt=built, tree=made_of, previous=previous)


def said(problems: Problems) -> tuple[str, ...]:
    """Return the sentences of what a check found."""
    return tuple(map(str, problems))


def zipped(files: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """Pack a zip, in the order given."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in files:
            archive.writestr(entry, data)
    return stream.getvalue()


def tarred(files: Iterable[tuple[str | tarfile.TarInfo, bytes]]) -> bytes:
    """Pack a tar that is not yet compressed, in the order given."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for entry, data in files:
            info = entry if isinstance(entry, tarfile.TarInfo) else tarfile.TarInfo(entry)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def packed(archive: Members) -> bytes:
    """Return the bytes of an opened archive, packed again."""
    if archive.folder:
        return gzip.compress(tarred((f"{archive.folder}/{path}", data) for path, data in archive.items()))
    return zipped(archive.items())
