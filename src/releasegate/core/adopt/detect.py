"""What a repository tells of its package: where its version stands, its Pythons, and what a gate must know."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from releasegate.core.adopt import scm
from releasegate.core.adopt.above import NOTHING, Above
from releasegate.core.adopt.asked.end_to_end import Suggested, suggest
from releasegate.core.adopt.claims.claim import Files, Source
from releasegate.core.adopt.claims.of_code import TESTS
from releasegate.core.adopt.code import package_name
from releasegate.core.adopt.excludes import matched, omitted
from releasegate.core.adopt.former.told import former_tools
from releasegate.core.adopt.former.tool import FormerTool
from releasegate.core.adopt.modules.folders import import_folders, installed, root_of, single_modules
from releasegate.core.adopt.modules.hosts import frozen, not_imported
from releasegate.core.adopt.modules.needed_extras import needed_extras
from releasegate.core.adopt.prefixes import Around, Prefix, choose, unread
from releasegate.core.adopt.pythons import PythonsFrom, claimed_pythons
from releasegate.core.adopt.service import ProposedService, propose_service
from releasegate.core.adopt.stack import ProposedStack, propose_stack
from releasegate.core.adopt.version_files import Other, Proposed, find_version_files, read_project
from releasegate.core.config.strings import plain
from releasegate.core.release.versions import parse_version
from releasegate.core.stacks.host import Hosts
from releasegate.core.stacks.kit import Kit
from releasegate.core.version_files.leftovers import Leftover
from releasegate.core.version_files.tags import FIRST

_MIGRATION = re.compile(r"(^|/)migrations/[0-9]\w*\.py$")


_USUAL = Prefix("v")


@dataclass(frozen=True)
class Surroundings:
    """What the repository around the package is: its tags, newest first, and the other packages in it.

    ``folder`` is the name of the package's own folder there, where it is not the repository's top; ``used`` are the
    beginnings of tags that other packages' tables name, ``hosts`` are those that are known, ``kits`` the stacks of
    those that have one, ``standard`` the modules of Python's own library. ``links`` are the tracked links of the
    package, by the file that each leads to, ``above`` is what lies over its folder.
    """

    tags: tuple[str, ...] = ()
    siblings: frozenset[str] = frozenset()
    folder: str = ""
    used: frozenset[str] = frozenset()
    hosts: Hosts = ()
    kits: Mapping[str, Kit] = field(default_factory=dict)
    standard: frozenset[str] = frozenset()
    links: Mapping[PurePosixPath, PurePosixPath] = field(default_factory=dict)
    above: Above = NOTHING


ALONE = Surroundings()


@dataclass(frozen=True)
class Detected:
    """What was found; ``module`` is the package's import folder.

    ``from_tag`` says that the build takes the version from Git's tag. ``frozen`` are glob patterns of its migrations,
    ``data`` of the files that it reads, ``references`` the folders below which its code names them. ``not_imported``,
    ``omitted``, ``generated`` and ``allowed`` are patterns with their reasons, ``extras`` those of the package that its
    modules need. ``pythons_from`` is what names the Pythons, ``end_to_end`` what could judge it, ``stack`` where its
    host has one to be judged in, ``service`` how it is started where others call it.
    """

    name: str
    version: str
    version_files: tuple[Proposed, ...]
    pythons: tuple[str, ...]
    module: PurePosixPath | None
    from_tag: bool = False
    prefix: Prefix = _USUAL
    frozen: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    not_imported: tuple[tuple[str, str], ...] = ()
    extras: tuple[str, ...] = ()
    omitted: tuple[tuple[str, str], ...] = ()
    generated: tuple[tuple[str, str], ...] = ()
    allowed: tuple[tuple[str, str], ...] = ()
    pythons_from: PythonsFrom = "classifiers"
    notes: tuple[str, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    others: tuple[Other, ...] = ()
    end_to_end: Suggested | None = None
    stack: ProposedStack | None = None
    service: ProposedService | None = None


def detect(files: Files, around: Surroundings = ALONE) -> Detected:
    """Return what the repository says of its package; every version file was found by reading its file.

    Raises:
        ConfigurationError: it names no package, states no version where it could be changed, or cannot be released
            with this; what to do is said.
    """
    project = read_project(files)
    name = package_name(project, files)
    modules = import_folders(files, name)
    module = modules[0] if modules else None
    single = tuple(single_modules(name, project, files))
    alone = next(iter(single), None)
    tools, from_tag = former_tools(files, folder=around.folder), scm.from_tags(project, files)
    names = _names(name, module, around)
    above = replace(around.above, siblings=around.siblings - names)
    prefixed = partial(_prefix, project, (*tools, *above.tools), around, names=names)
    tagged = _newest(around.tags, prefixed(version=None).text) if from_tag else None
    rewritten = tuple(scm.rewritten(project, files)) if from_tag else ()
    kept = {path: content for path, content in files.items() if path not in rewritten}
    source = Source(
        name, project, kept, modules, around.links, frozenset(path.with_name(f"{path.name}.py") for path in single)
    )
    found = find_version_files(source, tools=tools, tagged=tagged, above=above)
    prefix = prefixed(version=None if from_tag else found.version)
    pythons, pythons_from = claimed_pythons(project, files)
    kept_out = omitted(project, files, module)
    left_out = matched([pattern for pattern, _ in kept_out], files)
    shipped = {path: content for path, content in files.items() if path not in left_out}
    hosted = not_imported(shipped, module, project, around.hosts)
    stack = propose_stack(name, files, module, around.kits, pythons=pythons)
    if stack is not None:
        stack = replace(stack, released=_newest(around.tags, prefix.text) != str(FIRST))
    return Detected(
        name=name,
        version=found.version,
        version_files=found.version_files,
        pythons=pythons,
        module=module,
        from_tag=from_tag,
        prefix=prefix,
        frozen=_globs(_frozen(files, name, module, project, around.hosts)),
        data=_data(files, module),
        references=_references(files, name, module),
        not_imported=hosted,
        extras=needed_extras(project, shipped, installed(modules, project), without=[pattern for pattern, _ in hosted]),
        omitted=kept_out,
        generated=_generated(project, files, from_tag=from_tag),
        allowed=_allowed(project, files) if from_tag else (),
        pythons_from=pythons_from,
        notes=tuple(
            dict.fromkeys(
                (
                    *found.notes,
                    *map(_untracked, rewritten),
                    *unread(around.tags, prefix),
                    *(f"{tool.name} was asked for its files and tags" for tool in tools),
                    *(f"{tool.name} was asked for its files above the package's folder" for tool in above.tools),
                )
            )
        ),
        leftovers=found.leftovers,
        others=found.others,
        end_to_end=suggest(project, files, module or alone, standard=around.standard, hosted=_all_of(module, hosted)),
        stack=stack,
        service=propose_service(project, files, module),
    )


def _all_of(module: PurePosixPath | None, hosted: Sequence[tuple[str, str]]) -> bool:
    """Whether the package as a whole imports only inside of a host."""
    return module is not None and any(pattern == f"{module.name}*" for pattern, _ in hosted)


def _names(name: str, module: PurePosixPath | None, around: Surroundings) -> frozenset[str]:
    """Return what a tag may call the package."""
    said = (name, module.name if module is not None else "", around.folder)
    return frozenset(canonicalize_name(each) for each in said if each)


def _prefix(
    project: Mapping[str, Any],
    tools: Sequence[FormerTool],
    around: Surroundings,
    *,
    names: frozenset[str],
    version: str | None,
) -> Prefix:
    told = [each for each in (scm.tag_prefix(project), *(tool.tag_prefix for tool in tools)) if each is not None]
    whose = Around(names, around.siblings - names, around.used, alone=not around.folder, version=version)
    return choose(around.tags, whose, told=told)


def _newest(tags: Sequence[str], prefix: str) -> str:
    mine = [parse_version(tag.removeprefix(prefix)) for tag in tags if tag.startswith(prefix)]
    return str(max((version for version in mine if version is not None), default=FIRST))


def _untracked(path: PurePosixPath) -> str:
    shown = shlex.quote(str(path))
    return (
        f"{path} is tracked, and each build writes it anew: what is built of a changed tree has no release's version. "
        f"Take it out of Git: git rm --cached {shown} && echo {shlex.quote(f'/{path}')} >> .gitignore"
    )


def _generated(project: Mapping[str, Any], files: Files, *, from_tag: bool) -> tuple[tuple[str, str], ...]:
    """Return the members of the wheel that the build writes the version into.

    One that Git tracks beside other version files is such a file itself; pdm names it without the folder src.
    """
    tracked = {path for path in scm.generated(project, files) if path in files or PurePosixPath("src", path) in files}
    written = (path for path in scm.generated(project, files) if from_tag or path not in tracked)
    paths = [str(path).removeprefix("src/") for path in written]
    return tuple((pattern, "the build writes the version there") for pattern in _globs(paths))


def _allowed(project: Mapping[str, Any], files: Files) -> tuple[tuple[str, str], ...]:
    """Return the findings of the audit that the build's own tool makes."""
    found = (f"sdist: {str(path).removeprefix('src/')}" for path in scm.differing(project, files))
    return tuple((pattern, "setuptools-scm knows the commit in Git's tree alone") for pattern in _globs(found))


def as_glob(path: PurePosixPath) -> str:
    """Return a pattern that means a path of Git's, whatever characters are in it."""
    return re.sub(r"([\\*?\[\]]|^[!#])", r"\\\1", str(path))


def _globs(patterns: Iterable[str]) -> tuple[str, ...]:
    """Return the patterns that can be written down, sorted."""

    def fits(pattern: str) -> bool:
        try:
            return plain(pattern) == pattern and pattern.isprintable()
        except ValueError:
            return False

    return tuple(sorted({pattern for pattern in patterns if fits(pattern)}))


def _frozen(
    files: Files, name: str, module: PurePosixPath | None, project: Mapping[str, Any], hosts: Hosts
) -> Iterator[str]:
    """Yield glob patterns of the migrations and of what a host keeps, as the wheel has them: without ``src``."""
    if module is not None:
        root = root_of(module, name)
        migrations = (path.parent for path in files if _MIGRATION.search(str(path)) and module in path.parents)
        yield from (f"{as_glob(folder.relative_to(root))}/[0-9]*.py" for folder in migrations)
        yield from (str(PurePosixPath(each).relative_to(root)) for each in frozen(files, module, project, hosts))


def _read(files: Files, module: PurePosixPath | None) -> Iterator[tuple[PurePosixPath, tuple[str, ...], int | None]]:
    """Yield the tracked files that the package may read, with their folders, and how many of these lead to a root.

    A root is a folder of templates or of static files. A folder with a ``package.json`` is the source of what another
    tool builds.
    """
    sources = {path.parent for path in files if path.name == "package.json"}
    for path in files:
        if module not in path.parents or not sources.isdisjoint(path.parents):
            continue
        folders = path.relative_to(str(module)).parts[:-1]
        if TESTS.isdisjoint(folders) and path.suffix != ".py" and not path.name.startswith("."):
            yield path, folders, next((n for n, each in enumerate(folders, 1) if each in {"templates", "static"}), None)


def _references(files: Files, name: str, module: PurePosixPath | None) -> tuple[str, ...]:
    """Return the roots, as the wheel has them, in which all folders are called like the package: ``templates/app``.

    A file that is named in a folder called otherwise, such as ``inc``, may be that of a host or of another package.
    """
    if module is None:
        return ()
    found: dict[str, set[str]] = {}
    for _, folders, kept in _read(files, module):
        if kept is not None and len(folders) > kept:
            root = PurePosixPath(str(module.relative_to(root_of(module, name))), *folders[:kept])
            found.setdefault(str(root), set()).add(folders[kept])
    return tuple(sorted(root for root, below in found.items() if below == {module.name}))


def _data(files: Files, module: PurePosixPath | None) -> tuple[str, ...]:
    """Return glob patterns of the tracked templates, static files, JSON files and the mark of types."""
    found = set()
    for path, folders, kept in _read(files, module):
        if kept is not None:
            found.add(f"{as_glob(PurePosixPath(str(module), *folders[:kept]))}/**")
        elif path.suffix == ".json":
            deep = f"{as_glob(PurePosixPath(str(module), folders[0]))}/**" if len(folders) > 1 else as_glob(path.parent)
            found.add(f"{deep}/*.json")
        elif path.name == "py.typed":
            found.add(as_glob(path))
    return _globs(found)
