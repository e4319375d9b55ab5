"""Proof of origin where uv installed: which file of a lock each distribution is that is present.

Format: ``pylock.toml``, version 1.0 (PEP 751), as uv writes it for one Python: it lists the wheels that fit there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from releasegate.core.install.installed_from import InstalledFrom, plain_sha256


@dataclass(frozen=True)
class Present:
    """A distribution that an environment holds; ``tags`` are those that its ``WHEEL`` file names."""

    name: str
    version: str
    tags: frozenset[Tag]


def located(lock: str, present: Mapping[str, Present], *, folder: PurePath) -> tuple[InstalledFrom, ...]:
    """Return where every distribution that is *present* (by its normalized name) came from.

    One of which *lock* does not tell exactly one file came from nowhere that can be named: its address is empty.
    *folder* is where the lock lies.
    """
    try:
        packages = {canonicalize_name(each["name"]): each for each in tomllib.loads(lock)["packages"]}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        packages = {}
    return tuple(_located(found, packages.get(canonicalize_name(name), {}), folder) for name, found in present.items())


def _located(found: Present, entry: Mapping[str, Any], folder: PurePath) -> InstalledFrom:
    nowhere = InstalledFrom(canonicalize_name(found.name), found.version, "", None)
    if entry.get("version", found.version) != found.version:
        return nowhere
    try:
        file = _file(found, entry)
        url = file["url"] if "url" in file else (folder / file["path"]).as_uri()
        urlsplit(url)
        digest = file.get("hashes", {}).get("sha256", "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return nowhere
    return InstalledFrom(nowhere.name, found.version, url, plain_sha256(digest))


def _file(found: Present, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the one file that it was; raises ``ValueError`` where that is none or several."""
    wheels = entry.get("wheels", ())
    files: list[Mapping[str, Any]] = [each for each in wheels if _tags(each) & found.tags]
    if not wheels:
        files = [entry[kind] for kind in ("sdist", "archive", "directory") if kind in entry]
    (file,) = files
    return file


def _tags(wheel: Mapping[str, Any]) -> frozenset[Tag]:
    name = wheel.get("name") or unquote(urlsplit(wheel["url"]).path).rpartition("/")[2]
    try:
        return parse_wheel_filename(name)[3]
    except InvalidWheelFilename:
        return frozenset()
