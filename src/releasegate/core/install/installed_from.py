"""Proof of origin: where every installed distribution came from, held against where it may come from."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name

_SHA256 = re.compile(r"[0-9a-f]{64}")
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")


@dataclass(frozen=True)
class InstalledFrom:
    """One installed distribution; ``sha256`` is of the file it came from, ``None`` where nothing tells it."""

    name: str
    version: str
    url: str
    sha256: str | None

    @property
    def host(self) -> str:
        """The host, with its port where one is given; empty for a file of this machine."""
        return urlsplit(self.url).netloc.rpartition("@")[2].lower()


@dataclass(frozen=True)
class Expected:
    """The file that was to be installed; ``sha256`` is ``None`` for a source tree, which has no hash."""

    name: str
    url: str
    sha256: str | None


def plain_sha256(digest: object) -> str | None:
    """Return a sha256 as it is written here, ``None`` where it is none."""
    plain = str(digest).lower()
    return plain if _SHA256.fullmatch(plain) else None


def provenance_problems(
    installed: Collection[InstalledFrom],
    *,
    own: Expected,
    staging_hosts: Collection[str],
    beside: Collection[Expected] = (),
) -> tuple[str, ...]:
    """Return one sentence for each distribution that did not come from where it must.

    *own* comes from exactly its file, and so does each that is installed *beside* it; everything else over https (or
    from this machine's loopback) with a sha256, and never from one of *staging_hosts* (``host`` or ``host:port``):
    anyone can register any name there.
    """
    expected: dict[str, Expected] = {canonicalize_name(each.name): each for each in (own, *beside)}
    there = {found.name for found in installed}
    problems = [f"{name} is not among what was installed." for name in expected if name not in there]
    for found in installed:
        if found.name in expected:
            problems += _own_problems(found, expected[found.name])
    for found in installed:
        if found.name not in expected:
            problems += _dependency_problems(found, staging_hosts)
    return tuple(problems)


def _own_problems(found: InstalledFrom, own: Expected) -> list[str]:
    if unquote(found.url) != unquote(own.url):
        return [f"{found.name} came from {found.url}, not from the file that was given."]
    if found.sha256 != own.sha256:
        return [f"{found.name} was installed with sha256 {found.sha256}, expected {own.sha256}."]
    return []


def _dependency_problems(found: InstalledFrom, staging_hosts: Collection[str]) -> list[str]:
    what = f"The dependency {found.name} {found.version}"
    address = urlsplit(found.url)
    loopback = address.scheme == "http" and _LOOPBACK.fullmatch(address.hostname or "")
    problems = []
    if found.host and found.host in staging_hosts:
        problems.append(f"{what} came from the staging index ({found.host}).")
    if address.scheme != "https" and not loopback:
        problems.append(f"{what} came from {found.url}, which is no https address.")
    if found.sha256 is None:
        problems.append(f"{what} was installed without a sha256.")
    return problems
