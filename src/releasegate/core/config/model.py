"""The configuration as frozen types: what ``[tool.releasegate]`` says, parsed once at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from releasegate.core.config.stack import Stack


@dataclass(frozen=True)
class TomlVersionFile:
    """A version stated under a dotted key of a TOML file (``project.version``)."""

    path: PurePosixPath
    key: str


@dataclass(frozen=True)
class PythonVersionFile:
    """A version stated by an assignment in a Python file.

    ``attribute`` is a module's name (``__version__``) or a class attribute (``ProxboxConfig.version``).
    """

    path: PurePosixPath
    attribute: str


@dataclass(frozen=True)
class LockVersionFile:
    """The version in the package's own entry of a ``uv.lock``; names are compared normalized."""

    path: PurePosixPath


VersionFile = TomlVersionFile | PythonVersionFile | LockVersionFile


@dataclass(frozen=True)
class Exemption:
    """Something a gate leaves out, by glob pattern, and the reason a person gave for it."""

    pattern: str
    reason: str


@dataclass(frozen=True)
class Companion:
    """The package that another one calls at run time, and how its version is chosen.

    ``default`` is used where neither a person nor a variable says otherwise. ``requires`` is the PEP 440 range of
    companions that the dependent is meant to work with (empty: any).
    """

    name: str
    default: str | None = None
    requires: str = ""


@dataclass(frozen=True)
class Service:
    """How to start a package's server: ``{host}`` and ``{port}`` are replaced in the command's words.

    In the values of ``environment``, ``{secret}`` becomes a secret made for the run and ``{data}`` a folder that
    outlives the process.
    """

    command: tuple[str, ...]
    ready: str = "/"
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EndToEndCommand:
    """The command that judges a package running with its companion.

    It runs from the repository at the released commit and gets what it needs as environment variables:
    see ``docs/reference.md``.
    """

    command: tuple[str, ...]
    timeout: float = 300.0


@dataclass(frozen=True)
class Wheel:
    """What a package's wheel must hold.

    ``data`` are glob patterns of tracked files that must be in it; ``references`` are folders in the wheel whose
    files the code names by path (templates, static files); ``frozen`` are glob patterns of files that may never
    change once published (migrations); ``generated`` are members that Git does not track; ``omitted`` are tracked
    files of the package that stay out.
    """

    data: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    generated: tuple[Exemption, ...] = ()
    omitted: tuple[Exemption, ...] = ()


@dataclass(frozen=True)
class Install:
    """What is tried on an installed package.

    ``extras`` are installed with it. Every module is imported and every console script is asked for ``--help``
    but for the exemptions. ``smoke`` are the package's own commands; ``requirements`` are installed beside it.
    """

    extras: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    smoke: tuple[tuple[str, ...], ...] = ()
    not_imported: tuple[Exemption, ...] = ()
    scripts_not_run: tuple[Exemption, ...] = ()


@dataclass(frozen=True)
class ForgeConfig:
    """Where a package's releases are published: ``repository`` is ``owner/name`` on a forge of that ``kind``.

    ``address`` is the forge's own web address, ``None`` for the public GitHub. The token is read from the environment
    variable ``token_env``; it never stands in the configuration. ``immutable`` says that a published release of this
    repository can never change again, so that everything is attached before.
    """

    kind: Literal["github", "gitea"]
    repository: str
    address: str | None = None
    token_env: str = "FORGE_TOKEN"  # noqa: S105 - the name of a variable
    immutable: bool = True


@dataclass(frozen=True)
class Ci:
    """What the generated workflows say beside the lines that a laptop runs, too.

    ``setup`` are the commands that install releasegate on a runner. ``environment`` is the forge's deployment
    environment whose secrets (or trusted publisher) the publishing job has; ``trusted`` says that the indexes trust
    it, so that no token is needed. ``deadline`` is how many seconds a laptop waits for CI to publish. ``signed`` says
    that evidence counts only with a signature that Git verifies.
    """

    runner: str = "ubuntu-latest"
    setup: tuple[tuple[str, ...], ...] = (("python3", "-m", "pip", "install", "releasegate[attestations]"),)
    environment: str = "release"
    trusted: bool = True
    deadline: float = 3600.0
    signed: bool = False


@dataclass(frozen=True)
class Package:
    """One package: where it is, where it states its version, and what is asked of it.

    ``path`` is its repository's folder relative to the configuration file. ``pythons`` are the supported minor
    versions, oldest first (``"3.12"``).
    """

    name: str
    path: PurePosixPath
    version_files: tuple[VersionFile, ...]
    pythons: tuple[str, ...]
    branch: str = "develop"
    remote: str = "origin"
    tag_prefix: str = "v"
    companion: Companion | None = None
    service: Service | None = None
    end_to_end: EndToEndCommand | None = None
    forge: ForgeConfig | None = None
    wheel: Wheel = field(default_factory=Wheel)
    install: Install = field(default_factory=Install)


@dataclass(frozen=True)
class IndexConfig:
    """A package index: an alias that twine and pip know, or two addresses of its own.

    ``upload`` and ``simple`` are ``None`` for the aliases ``testpypi`` and ``pypi``. The token is read from the
    environment variable ``token_env`` or from the keyring; it never stands in the configuration.
    """

    name: str
    upload: str | None = None
    simple: str | None = None
    token_env: str | None = None
    username: str = "__token__"
    keyring: bool = False


@dataclass(frozen=True)
class Settings:
    """The whole ``[tool.releasegate]`` table.

    ``packages`` are in release order, companions first. ``staging`` and ``production`` name two of ``indexes``;
    ``dependencies`` names the index that everything else is installed from. ``propagation`` is the deadline in
    seconds for an upload to become visible. ``production_from_laptop`` lets a machine that is no CI runner upload to
    the production index where there is a forge whose CI could. ``stack`` is what a plugin and its backend are run
    together in.
    """

    packages: tuple[Package, ...]
    indexes: Mapping[str, IndexConfig]
    staging: str = "testpypi"
    production: str = "pypi"
    dependencies: str = "pypi"
    propagation: float = 900.0
    production_without_forge: bool = False
    production_from_laptop: bool = False
    ci: Ci = field(default_factory=Ci)
    stack: Stack | None = None

    def package(self, name: str) -> Package:
        """Return the package of that normalized name; raises ``KeyError`` where there is none."""
        return {package.name: package for package in self.packages}[name]

    def dependents(self, name: str) -> tuple[Package, ...]:
        """Return the packages whose companion is *name*, in release order."""
        return tuple(p for p in self.packages if p.companion is not None and p.companion.name == name)

    def in_stack(self, name: str) -> bool:
        """Whether the package of that name is judged in the containers of ``stack``."""
        return self.stack is not None and name in {self.stack.plugin, self.stack.backend}

    def judged(self, name: str) -> bool:
        """Whether anything judges the package of that name end to end."""
        return self.in_stack(name) or self.package(name).end_to_end is not None
