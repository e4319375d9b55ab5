"""Tiny distribution files to try an index with, made in memory and the same at every run."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packaging.utils import canonicalize_name

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Sample:
    """A distribution file, and the form fields that a client sends along with it."""

    filename: str
    content: bytes
    fields: Mapping[str, str]


def sample_wheel(
    name: str = "sample", version: str = "1.0", *, files: Mapping[str, str] = _NOTHING, without: Collection[str] = ()
) -> Sample:
    """Return a wheel with one module; *files* are more members, or other texts, by path.

    *without* names members of the ``.dist-info`` folder to be left out (``RECORD``).
    """
    stem = f"{canonicalize_name(name).replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    members = {
        f"{canonicalize_name(name).replace('-', '_')}.py": f'VERSION = "{version}"\n',
        f"{info}/METADATA": _metadata(name, version),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: releasegate\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **files,
        f"{info}/RECORD": "",
    }
    members[f"{info}/RECORD"] = "".join(f"{member},,\n" for member in members)
    kept = {path: text for path, text in members.items() if path.removeprefix(f"{info}/") not in without}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in kept.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    fields = _fields(name, version, packed.getvalue())
    return Sample(
        f"{stem}-py3-none-any.whl", packed.getvalue(), {**fields, "filetype": "bdist_wheel", "pyversion": "py3"}
    )


def sample_sdist(
    name: str = "sample", version: str = "1.0", *, files: Mapping[str, str] = _NOTHING, without: Collection[str] = ()
) -> Sample:
    """Return an sdist with one module; *files* and *without* are relative to its top folder."""
    stem = f"{canonicalize_name(name).replace('-', '_')}-{version}"
    members = {
        "PKG-INFO": _metadata(name, version),
        "pyproject.toml": f'[project]\nname = "{name}"\nversion = "{version}"\n',
        **files,
    }
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w") as archive,
    ):
        for path, text in members.items():
            if path not in without:
                member = tarfile.TarInfo(f"{stem}/{path}")
                member.size = len(text.encode())
                archive.addfile(member, io.BytesIO(text.encode()))
    fields = _fields(name, version, packed.getvalue())
    return Sample(f"{stem}.tar.gz", packed.getvalue(), {**fields, "filetype": "sdist", "pyversion": "source"})


def _metadata(name: str, version: str) -> str:
    return f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nRequires-Python: >=3.8\n"


def _fields(name: str, version: str, content: bytes) -> dict[str, str]:
    return {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.4",
        "name": name,
        "version": version,
        "requires_python": ">=3.8",
        "sha256_digest": hashlib.sha256(content).hexdigest(),
    }
