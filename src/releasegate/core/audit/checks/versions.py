"""The versions that a package states of itself are the release's, also where no configuration names them.

Looked at are the top modules of the wheel's packages: the usual names in the usual modules, a plugin's class, and any
name that was in step in the previous wheel and has stayed there. Other versions (of a host, of vendored code, of an
interface) are none of the release's.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.version import Version

from releasegate.core.audit.code.computed import constant, rests_on
from releasegate.core.audit.code.trees import assignments, configuring, deleted, parsed
from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.wheel import identity, sources, wheel_metadata
from releasegate.core.release.versions import parse_version

_MODULES = frozenset(
    """__init__ __about__ __meta__ __version__ _about _meta _release _version about meta metadata release
    version""".split()  # noqa: SIM905 - names, as one reads them
)
_NAMES = frozenset({"__version__", "__version_info__", "VERSION", "VERSION_INFO", "version", "version_info"})
_OTHERS = re.compile(
    r"(?i)min|max|since|requir|support|compat|deprecat|remov|added|legacy|old|new|last|prev|first|until|upgrad|schema"
    r"|api|proto|format|python|django"
)
_NUMBERS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})+", re.ASCII)
_HOPS = 10
"""Names that are followed to a value, one to the next."""


@dataclass(frozen=True)
class _Stated:
    """A version as a module states it: where, under which name, and the text or the numbers that stand there.

    One that is *computed* is made of parts that stand apart: no bump can follow.
    """

    path: str
    line: int
    name: str
    value: str | tuple[int, ...]
    computed: bool = False

    def __str__(self) -> str:
        if self.computed and isinstance(self.value, tuple):
            return ".".join(map(str, self.value))
        return self.value if isinstance(self.value, str) else str(self.value)


def left_behind(subject: Subject) -> Problems:
    """No module at the top of a package states a version of its own that is not the release's."""
    version = subject.version
    before: dict[tuple[str, str], str | tuple[int, ...]] = {}
    previous = None
    if subject.previous is not None:
        previous = Version(identity(wheel_metadata(subject.previous), where=subject.previous.filename).version)
        old = parsed(
            {path: data for path, data in sources(subject.previous).items() if _at_top(path, subject.previous)}
        )
        before = {(s.path, s.name): s.value for s in _all_stated(old)}
    top = {path: tree for path, tree in subject.code.items() if _at_top(path, subject.held)}
    others = frozenset(each.partition(".")[0].lower() for host in subject.hosts for each in host.modules)
    # A literal that several names stand for is told once.
    wrong = {
        (stated.path, stated.line): stated
        for stated in _all_stated(top)
        if not _is(stated.value, version) and _own(stated, before.get((stated.path, stated.name)), previous, others)
    }
    if not wrong:
        return ()
    found = subject.origins.files
    return tuple(_problem(each, subject, tracked=found.get(each.path, each.path)) for each in wrong.values())


def _problem(stated: _Stated, subject: Subject, *, tracked: str) -> Problem:
    where = f"{stated.path}:{stated.line} in {subject.wheel.filename}"
    first = f'write it as one text, {stated.name} = "{subject.version}", and ' if stated.computed else ""
    member = f'{{ python = "{tracked}", attribute = "{stated.name}" }}'
    return Problem(
        f"{where} states {stated} ({stated.name}), not {subject.version}.",
        about=f"{stated.path} {stated.name}",
        key="allowed",
        lines=(f"if it is the release's version, {first}in version-files: {member},",),
    )


def _at_top(path: str, held: Mapping[str, bytes]) -> bool:
    """Whether a module lies directly in a package that lies in no other, or is one by itself."""
    folders = path.split("/")[:-1]
    packages = ["/".join(folders[:depth]) for depth in range(1, len(folders) + 1)]
    return [folder for folder in packages if f"{folder}/__init__.py" in held] == packages[-1:]


def _own(
    stated: _Stated, before: str | tuple[int, ...] | None, previous: Version | None, others: frozenset[str]
) -> bool:
    """Whether the version that is stated is meant to be the release's; *others* are the names of hosts."""
    another = bool(_OTHERS.search(stated.name) or others & set(re.split(r"[\W_]+", stated.name.lower())))
    was_in_step = previous is not None and before is not None and _is(before, previous)
    if was_in_step and before == stated.value and not another:
        return "version" in stated.name.lower() or str(stated).count(".") > 1
    single = "/" not in stated.path and stated.name == "__version__"  # a module that is all there is
    usual = single or (stated.path.rpartition("/")[2].removesuffix(".py") in _MODULES and stated.name in _NAMES)
    hosted = stated.name.endswith(".version")
    # What was out of step in the release before may be the version of something else, but for these two names.
    return (usual or hosted) and (hosted or stated.name == "__version__" or before is None or was_in_step)


def _is(value: str | tuple[int, ...], version: Version) -> bool:
    if isinstance(value, tuple):
        numbers = (*version.release, 0, 0, 0)
        return value == numbers[: len(value)]
    stated = parse_version(value.partition("+")[0])
    return stated is not None and stated == Version(version.public)


def _all_stated(trees: Mapping[str, ast.Module | None]) -> Iterator[_Stated]:
    """Yield what plain names and a plugin's ``version`` hold, through names that stand for it."""
    bodies = {path: tree.body for path, tree in trees.items() if tree is not None}
    named = {name: (path, value) for path, body in bodies.items() for name, value in assignments(body).items()}
    known = {name: value for name, (_, value) in named.items()}
    hosted = configuring(tree for tree in trees.values() if tree is not None)
    for path, body in bodies.items():
        classes = [node for node in body if isinstance(node, ast.ClassDef) and node.name in hosted]
        held = assignments(body)
        held |= {f"{c.name}.version": v for c in classes if (v := assignments(c.body).get("version")) is not None}
        gone = deleted(body)
        for name, value in ((name, value) for name, value in held.items() if name not in gone):
            place: str = path
            literal: ast.expr | None = value
            for _ in range(_HOPS):
                if not isinstance(literal, ast.Name):
                    break
                place, literal = (
                    (path, held[literal.id]) if literal.id in held else named.get(literal.id, (place, None))
                )
            version = _value(literal)
            made = None if version is not None or literal is None else _computed(literal, known | held)
            if literal is not None and (version is not None or made is not None):
                yield _Stated(place, literal.lineno, name, version or made or (), computed=made is not None)


def _computed(node: ast.expr, held: Mapping[str, ast.expr]) -> tuple[int, ...] | None:
    """Return the numbers that a text is made from, of names that state no version by themselves: ``f"{MAJOR}.2"``."""
    text = constant(node, held)
    if not isinstance(text, str) or any(_value(each) is not None for each in rests_on(node, held)):
        return None
    return tuple(map(int, text.split("."))) if _NUMBERS.fullmatch(text) else None


def _value(node: ast.expr | None) -> str | tuple[int, ...] | None:
    """Return a version of two numbers or more, as a text or as the numbers at the beginning of a tuple."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if "." in node.value and parse_version(node.value) is not None else None
    if isinstance(node, (ast.Tuple, ast.List)):
        numbers = []
        for each in node.elts:
            if not isinstance(each, ast.Constant) or type(each.value) is not int:
                break
            numbers.append(each.value)
        return tuple(numbers) if len(numbers) > 1 else None
    return None
