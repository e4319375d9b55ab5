"""The containers in which a NetBox plugin and its backend are run together, as the configuration describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from packaging.version import Version

NetBoxSource = Literal["pypi", "image"]

_FIRST_WHEEL = Version("4.7.0")
"""The first NetBox that is a wheel on PyPI; older ones are images only."""

_NETBOX = re.compile(r"(?:(?P<source>pypi|image):)?v?(?P<version>[0-9]+\.[0-9]+\.[0-9]+)", re.ASCII)


@dataclass(frozen=True)
class NetBox:
    """A NetBox to run on: its version, and whether it comes from PyPI or as an image."""

    version: str
    source: NetBoxSource

    def __str__(self) -> str:
        """The words that ``netbox`` parses."""
        return f"{self.source}:{self.version}"


def netbox(text: str) -> NetBox:
    """Return the NetBox that *text* names: ``4.7.3``, ``pypi:4.7.3`` or ``image:4.5.8``.

    Without a source it is PyPI where NetBox is published there.

    Raises:
        ValueError: it names none, or one that PyPI does not have.
    """
    match = _NETBOX.fullmatch(text)
    if match is None:
        raise ValueError(f'{text!r} is no NetBox; write e.g. "4.7.3" (from PyPI) or "image:4.5.8"')
    version, source = match["version"], match["source"]
    on_pypi = Version(version) >= _FIRST_WHEEL
    if source == "pypi" and not on_pypi:
        raise ValueError(f'NetBox {version} is not on PyPI (the first is {_FIRST_WHEEL}); write "image:{version}"')
    return NetBox(version, "image" if source == "image" or not on_pypi else "pypi")


@dataclass(frozen=True)
class ImageNames:
    """Where the images come from that nothing is installed into here: ``{netbox}`` and ``{python}`` are versions."""

    postgres: str = "docker.io/library/postgres:17-alpine"
    redis: str = "docker.io/library/redis:7-alpine"
    netbox: str = "docker.io/netboxcommunity/netbox:v{netbox}"
    python: str = "docker.io/library/python:{python}-slim-trixie"

    def replaced(self, environ: Mapping[str, str]) -> ImageNames:
        """Return the images with those that *environ* names in ``RELEASEGATE_POSTGRES_IMAGE`` and so on."""
        return ImageNames(**{f.name: environ.get(variable(f.name)) or getattr(self, f.name) for f in fields(self)})


def variable(image: str) -> str:
    """Return the environment variable that replaces an image."""
    return f"RELEASEGATE_{image.upper()}_IMAGE"


@dataclass(frozen=True)
class Stack:
    """The pair, what it is run on, and the matrix of its cells.

    ``module`` is the plugin's module as NetBox knows it; ``mock`` the requirement that installs the Proxmox mock.
    ``upgrade_from`` are the plugin's versions that users upgrade from (empty: the newest final). ``memory`` (GiB) and
    ``cpus`` bound what cells that run side by side may take (0: all that the engine has); ``cache`` (GiB) bounds what
    is kept between runs. ``checks`` are the project's own commands.
    """

    plugin: str
    module: str
    backend: str
    mock: str
    netbox: tuple[NetBox, ...]
    pythons: tuple[str, ...]
    sources: tuple[str, ...] = ("dist",)
    paths: tuple[str, ...] = ("fresh", "upgrade")
    upgrade_from: tuple[str, ...] = ()
    services: tuple[str, ...] = ("pve",)
    checks: tuple[tuple[str, ...], ...] = ()
    images: ImageNames = field(default_factory=ImageNames)
    memory: float = 0.0
    cpus: float = 0.0
    cache: float = 20.0
