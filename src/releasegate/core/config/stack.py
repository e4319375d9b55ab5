"""The containers in which a NetBox plugin and its backend are run together, as the configuration describes them."""

# The annotations are data (see reader.table): their evaluation must not be postponed.

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Literal, Self

from packaging.version import Version

from releasegate.core.config import strings as checks
from releasegate.core.config.exemptions import Exemptions
from releasegate.core.config.reader import Key, table
from releasegate.core.config.values import (
    Amount,
    CanonicalVersions,
    Commands,
    Module,
    PackageName,
    Pythons,
    Requirement,
    Texts,
    list_of,
    text,
)

NetBoxSource = Literal["pypi", "image"]
PATHS = ("fresh", "upgrade")
SERVICES = ("pve", "pbs", "pdm")

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


NetBoxes = Annotated[
    tuple[NetBox, ...],
    list_of(text("a NetBox", netbox), 'a list of NetBoxes, e.g. ["image:4.5.8", "4.7.3"]', least=1),
]
Sources = Annotated[
    Texts, list_of(text("a source", checks.plain), "a list of sources: dist, local or an index", least=1)
]
Paths = Annotated[Texts, list_of(text("a path", checks.one_of(PATHS)), "a list of fresh and upgrade", least=1)]
Services = Annotated[Texts, list_of(text("a service", checks.one_of(SERVICES)), "a list of pve, pbs and pdm", least=1)]
ImageName = Annotated[str, text("the name of an image", checks.plain)]


@table("[tool.releasegate.stack.images]")
@dataclass(frozen=True)
class ImageNames:
    """The images that are pulled. ``RELEASEGATE_POSTGRES_IMAGE`` and so on replace one for a machine."""

    postgres: Annotated[ImageName, Key("the database")] = "docker.io/library/postgres:17-alpine"
    redis: Annotated[ImageName, Key("the queue and the cache")] = "docker.io/library/redis:7-alpine"
    netbox: Annotated[ImageName, Key("NetBox as an image; `{netbox}` is its version")] = (
        "docker.io/netboxcommunity/netbox:v{netbox}"
    )
    python: Annotated[ImageName, Key("what all else is installed into; `{python}` is the minor version")] = (
        "docker.io/library/python:{python}-slim-trixie"
    )

    def replaced(self, environ: Mapping[str, str]) -> Self:
        """Return the images with those that *environ* names in ``RELEASEGATE_POSTGRES_IMAGE`` and so on."""
        return type(self)(**{f.name: environ.get(variable(f.name)) or getattr(self, f.name) for f in fields(self)})


def variable(image: str) -> str:
    """Return the environment variable that replaces an image."""
    return f"RELEASEGATE_{image.upper()}_IMAGE"


@table("[tool.releasegate.stack]")
@dataclass(frozen=True)
class Stack:
    """The containers in which a NetBox plugin and its backend run together, and the matrix of their cells."""

    plugin: Annotated[PackageName, Key("the package that is the NetBox plugin")]
    module: Annotated[Module, Key("the plugin's module, as NetBox's `PLUGINS` names it")]
    backend: Annotated[PackageName, Key("the package that is its backend; its `service` says how it is started")]
    mock: Annotated[Requirement, Key("the requirement that installs the Proxmox mock")]
    netbox: Annotated[NetBoxes, Key("the NetBoxes to run on, from PyPI (4.7.0 and later) or as images")]
    pythons: Annotated[Pythons, Key("the Pythons of the images that are made here")]
    sources: Annotated[Sources, Key("where the plugin comes from, where no command says it")] = ("dist",)
    paths: Annotated[Paths, Key("`fresh` is an empty database, `upgrade` one that a final made and filled")] = PATHS
    upgrade_from: Annotated[
        CanonicalVersions, Key("the plugin's versions to upgrade from; the newest final, if left out")
    ] = ()
    services: Annotated[Services, Key("the Proxmox services that the mock plays")] = ("pve",)
    allowed: Annotated[
        Exemptions, Key("findings of the suite that are known or meant so; `ADDRESS WORDS` as it tells them")
    ] = ()
    checks: Annotated[Commands, Key("the project's own checks; they get the stack's addresses as variables")] = ()
    images: Annotated[ImageNames, Key("the images that are pulled")] = field(default_factory=ImageNames)
    memory: Annotated[Amount, Key("GiB for all cells that run side by side; 0 for all that the engine has")] = 0.0
    cpus: Annotated[Amount, Key("CPUs for all cells that run side by side; 0 for all that the engine has")] = 0.0
    cache: Annotated[Amount, Key("GiB of images, and again of databases, that are kept between runs")] = 20.0
