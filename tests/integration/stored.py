"""What an index holds already, put there without a twine of its own: for tests of what is read or done afterwards."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import requests

from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.rehearsal.index import Sample


def store(upload: str, token: str, *samples: Sample, username: str = "__token__") -> None:
    """Put files on the index with this address for uploads, as twine would."""
    for sample in samples:
        content = {"content": (sample.filename, sample.content)}
        done = requests.post(upload, data=sample.fields, files=content, auth=(username, token), timeout=30)
        assert done.ok, done.text


def store_files(index: SimpleIndex, *files: Path) -> None:
    """Put files on the index of an adapter, to the address and with the token that it uploads with."""
    config = index._config
    token, username = index._environ[config.token_env or ""], config.username
    store(index._where.upload, token, *(_sample(file.name, file.read_bytes()) for file in files), username=username)


def _sample(filename: str, content: bytes) -> Sample:
    wheel = filename.endswith(".whl")
    metadata = message_from_bytes(_of_wheel(content) if wheel else _of_sdist(content))
    fields = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": metadata["Metadata-Version"],
        "name": metadata["Name"],
        "version": metadata["Version"],
        "requires_python": metadata["Requires-Python"] or "",
        "filetype": "bdist_wheel" if wheel else "sdist",
        "pyversion": "py3" if wheel else "source",
        "sha256_digest": hashlib.sha256(content).hexdigest(),
    }
    return Sample(filename, content, fields)


def _of_wheel(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        return archive.read(name)


def _of_sdist(content: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        (member,) = (each for each in archive if each.name.count("/") == 1 and each.name.endswith("/PKG-INFO"))
        held = archive.extractfile(member)
        assert held is not None
        return held.read()
