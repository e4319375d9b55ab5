"""The configuration as frozen types: what ``[tool.releasegate]`` says, parsed once at the edge.

A field declares its key: the type says what may stand there, ``Key`` what it means. The parser reads by these
declarations, and the reference is written from them.
"""

# The annotations are data (see reader.table): their evaluation must not be postponed.

import shlex
from collections.abc import Callable, Mapping
from dataclasses import field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated

from releasegate.core.config.ci import Ci
from releasegate.core.config.companion import Companion, Companions
from releasegate.core.config.exemptions import Exemptions
from releasegate.core.config.reader import Key, named, rows, table
from releasegate.core.config.stack import Stack
from releasegate.core.config.values import (
    Address,
    Branch,
    Command,
    Commands,
    Environment,
    Extras,
    Flag,
    Folder,
    Folders,
    ForgeKind,
    Globs,
    IndexName,
    PackageName,
    Pythons,
    Remote,
    Repository,
    RepositoryFile,
    Requirements,
    Seconds,
    ServiceCommand,
    TagPrefix,
    UrlPath,
    Username,
    Variable,
    Variables,
)
from releasegate.core.config.version_file_types import VersionFiles
from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from releasegate.core.stacks.host import Hosts


@table("[tool.releasegate.packages.service]")
@dataclass(frozen=True)
class Service:
    """How the package is started as a process."""

    command: Annotated[ServiceCommand, Key("the command; `{host}` and `{port}` are replaced by what to listen on")]
    ready: Annotated[UrlPath, Key("the path that answers once the service is up")] = "/"
    environment: Annotated[
        Variables, Key("what it is told; `{secret}` is made anew for a run, `{data}` a folder to keep")
    ] = field(default_factory=dict)


@table("[tool.releasegate.packages.end-to-end]")
@dataclass(frozen=True)
class EndToEndCommand:
    """What judges the package running with its companions.

    The command gets what it needs as environment variables: see ``docs/reference.md``.
    """

    command: Annotated[Command, Key("the command, run from the repository at the released commit")]
    timeout: Annotated[Seconds, Key("when the command is given up")] = 300.0


@table("[tool.releasegate.packages.wheel]")
@dataclass(frozen=True)
class Wheel:
    """What the wheel must hold."""

    data: Annotated[Globs, Key("tracked files that must be in the wheel")] = ()
    references: Annotated[Folders, Key("folders of the wheel whose files the code names by path")] = ()
    frozen: Annotated[Globs, Key("files that never change once they are published (migrations)")] = ()
    generated: Annotated[Exemptions, Key("members of the wheel that Git does not track")] = ()
    omitted: Annotated[Exemptions, Key("tracked files of the package that stay out of the wheel")] = ()
    dropped: Annotated[
        Exemptions, Key("what the last release offered and this one does not; `script NAME` and the like")
    ] = ()
    allowed: Annotated[
        Exemptions, Key("other findings of the audit that are meant so; `CHECK: WHAT` as it tells them")
    ] = ()


@table("[tool.releasegate.packages.install]")
@dataclass(frozen=True)
class Install:
    """What is tried on the installed package.

    Every module is imported and every console script is asked for ``--help``, but for the exemptions.
    """

    extras: Annotated[Extras, Key("extras that are installed with the package")] = ()
    requirements: Annotated[Requirements, Key("what is installed beside the package")] = ()
    smoke: Annotated[Commands, Key("the package's own commands; each must exit with 0")] = ()
    not_imported: Annotated[Exemptions, Key("modules that are not imported")] = ()
    scripts_not_run: Annotated[Exemptions, Key("console scripts that are not asked for `--help`")] = ()


@table("[tool.releasegate.packages.forge]")
@dataclass(frozen=True)
class ForgeConfig:
    """Where the package's releases are published.

    The token never stands in the configuration. An ``immutable`` release has everything attached before it is
    published.
    """

    kind: Annotated[ForgeKind, Key("`github` or `gitea`")]
    repository: Annotated[Repository, Key("the repository there, `owner/name`")]
    address: Annotated[Address | None, Key("the forge's web address; the public GitHub, if left out")] = None
    token_env: Annotated[Variable, Key("the environment variable that holds the forge's token")] = "FORGE_TOKEN"  # noqa: S105 - the name of a variable
    read_token_env: Annotated[
        Variable | None,
        Key("the secret with a token that reads it, in the workflow of a repository beside it; for a private one"),
    ] = None
    immutable: Annotated[Flag, Key("whether a published release can never change again")] = True


@table("[[tool.releasegate.packages]]")
@dataclass(frozen=True)
class Package:
    """One package; they are listed in release order, companions first."""

    name: Annotated[PackageName, Key("the package's name")]
    path: Annotated[Folder, Key("its repository's folder, seen from this file", absent=PurePosixPath())]
    version_files: Annotated[
        VersionFiles, Key("every file that states the version; one at least, where the tag does not", absent=())
    ]
    pythons: Annotated[Pythons, Key("the Python versions that it supports")]
    version_from_tag: Annotated[
        Flag, Key("whether the build takes the version from Git's tag (setuptools-scm, hatch-vcs, ...)")
    ] = False
    left_behind: Annotated[
        Exemptions, Key("files that hold the version and are meant to stay as they are at a bump")
    ] = ()
    branch: Annotated[Branch, Key("the branch that releases are cut from")] = "develop"
    maintenance_branches: Annotated[
        Globs, Key("further branches that releases are cut from, where older lines are mended; e.g. `release/*`")
    ] = ()
    remote: Annotated[Remote, Key("the Git remote that the release branch is pushed to")] = "origin"
    tag_remote: Annotated[
        Remote | None,
        Key("the remote of the forge, where that is a mirror of `remote`: tags and evidence go there; else `remote`"),
    ] = None
    tag_prefix: Annotated[TagPrefix, Key("what stands before the version in a tag")] = "v"
    companions: Annotated[Companions, Key("the package that it calls at run time; several in a list", "companion")] = ()
    service: Annotated[Service | None, Key("how it is started")] = None
    end_to_end: Annotated[EndToEndCommand | None, Key("what judges it with its companions")] = None
    forge: Annotated[ForgeConfig | None, Key("where its releases are published")] = None
    branch_forge: Annotated[
        ForgeConfig | None,
        Key("the forge of `remote`, where `tag-remote` is its mirror: it says what the branch takes"),
    ] = None
    release_notes: Annotated[
        RepositoryFile | None,
        Key(
            "the file whose section, or the folder whose file, is the text of a version's forge release; "
            "the commits since the last final, if left out"
        ),
    ] = None
    wheel: Annotated[Wheel, Key("what its wheel must hold")] = field(default_factory=Wheel)
    install: Annotated[Install, Key("what is tried on it once installed")] = field(default_factory=Install)

    def calls(self, name: str) -> bool:
        """Whether the package of that name is a companion of this one."""
        return any(each.name == name for each in self.companions)

    def tag(self, version: object) -> str:
        """Return the tag of *version*."""
        return f"{self.tag_prefix}{version}"

    @property
    def forge_remote(self) -> str:
        """The Git remote that tags and evidence are pushed to."""
        return self.tag_remote or self.remote

    def git_line(self, words: str) -> str:
        """Return the line of Git with these *words* that is pasted in the project's folder."""
        return f"git {words}" if self.path == PurePosixPath() else f"git -C {shlex.quote(str(self.path))} {words}"

    def released_from(self, branch: str | None) -> bool:
        """Whether releases are cut from *branch*; none are where none is checked out."""
        if branch is None:
            return False
        return branch == self.branch or any(fnmatchcase(branch, each) for each in self.maintenance_branches)

    @property
    def branches(self) -> str:
        """The branches that releases are cut from, in words."""
        return " or ".join((self.branch, *self.maintenance_branches))


@table("[tool.releasegate.indexes.NAME]")
@dataclass(frozen=True)
class IndexConfig:
    """A package index; ``testpypi`` and ``pypi`` are always there.

    ``name`` is that of the table. An alias that twine and pip know has no addresses of its own.
    """

    name: str
    upload: Annotated[Address | None, Key("where files are uploaded to; both addresses, or neither for an alias")] = (
        None
    )
    simple: Annotated[Address | None, Key("where files are listed")] = None
    token_env: Annotated[
        Variable | None,
        Key("the environment variable that holds the token; `TESTPYPI_TOKEN` and `PYPI_TOKEN` for those two"),
    ] = None
    username: Annotated[Username, Key("the user to upload as")] = "__token__"
    keyring: Annotated[Flag, Key("whether the token may come from the keyring")] = False
    environment: Annotated[
        Environment, Key("the deployment environment of the CI job that publishes to it; its name, if left out")
    ] = ""
    trusted: Annotated[
        Flag | None,
        Key(
            "whether it knows GitHub's identity (trusted publishing), or a token is needed; an alias does, if left out"
        ),
    ] = None

    @property
    def trusts_github(self) -> bool:
        """Whether an upload from GitHub Actions needs no token."""
        return self.upload is None if self.trusted is None else self.trusted


@table("[tool.releasegate]")
@dataclass(frozen=True)
class Settings:
    """What holds for all packages."""

    packages: Annotated[tuple[Package, ...], rows(Package), Key("what is released")]
    indexes: Annotated[Mapping[str, IndexConfig], named(IndexConfig), Key("further indexes, by name", absent={})]
    staging: Annotated[IndexName, Key("the index that candidates go to")] = "testpypi"
    production: Annotated[IndexName, Key("the index that finals go to")] = "pypi"
    dependencies: Annotated[IndexName, Key("the index that everything else is installed from")] = "pypi"
    propagation: Annotated[Seconds, Key("how long an upload may take to become visible")] = 900.0
    production_without_forge: Annotated[Flag, Key("whether a final may go out without a forge release")] = False
    production_from_laptop: Annotated[
        Flag,
        Key("whether a machine that is no CI runner may upload finals where a forge could have CI do it"),
    ] = False
    other_uploads: Annotated[
        Exemptions, Key("other workflows that upload and are meant to: another package, or to another index")
    ] = ()
    ci: Annotated[Ci, Key("the workflows")] = field(default_factory=Ci)
    stack: Annotated[Stack | None, Key("the containers that packages are judged in together")] = None
    table: Annotated[
        Folder | None,
        Key("the repository beside this one whose table holds here, too; where it is, no other key may be"),
    ] = None

    hosts: "Callable[[], Hosts]" = field(default=tuple, compare=False)
    """Gives the hosts that are known: they stand in files that few commands need."""

    def package(self, name: str) -> Package:
        """Return the package of that normalized name; raises ``KeyError`` where there is none."""
        return {package.name: package for package in self.packages}[name]

    def dependents(self, name: str) -> tuple[Package, ...]:
        """Return the packages that have *name* as a companion, in release order."""
        return tuple(package for package in self.packages if package.calls(name))

    @property
    def edges(self) -> Mapping[tuple[str, str], Companion]:
        """Every package with each companion of its own, by both names."""
        return {(package.name, each.name): each for package in self.packages for each in package.companions}

    def in_stack(self, name: str) -> bool:
        """Whether the package of that name is judged in the containers of ``stack``."""
        return self.stack is not None and name in self.stack.members

    def calling(self) -> str | None:
        """Return the one package of the stack that no other of it calls; nothing where there is none, or several."""
        called = {companion for _, companion in self.edges}
        callers = [name for name in (self.stack.members if self.stack is not None else ()) if name not in called]
        return callers[0] if len(callers) == 1 else None

    def judged(self, name: str) -> bool:
        """Whether anything judges the package of that name end to end."""
        return self.in_stack(name) or self.package(name).end_to_end is not None
