"""Where a repository states its version: what its build reads, and whatever else says the same or should."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from releasegate.core.adopt.above import NOTHING, Above, beside, kept_by_tools, locks, read_by_build
from releasegate.core.adopt.claims import of_build, of_code, of_files, of_parts
from releasegate.core.adopt.claims.claim import Claim, Files, Source, same, text_around
from releasegate.core.adopt.former import told
from releasegate.core.adopt.former.tool import FormerTool
from releasegate.core.adopt.refusals import not_found, refusal
from releasegate.core.config.strings import in_repository
from releasegate.core.config.version_file_types import VersionFile
from releasegate.core.errors import ReleasegateError
from releasegate.core.toml.lines import read_toml
from releasegate.core.version_files.kind import short
from releasegate.core.version_files.leftovers import Leftover, held, left_in, lines_with
from releasegate.core.version_files.occurrences import Occurrence, bump, find, kind_of

PROJECT = PurePosixPath("pyproject.toml")
# A version that nothing states, of three numbers for SemVer: every version file is tried with it before it is proposed.
_ANOTHER = ("99999.0.0rc1", "99999.0.0")
_POST = "99999.0.0.post1"
_LARGEST = 2 * 2**20


@dataclass(frozen=True)
class Proposed:
    """A version file to be proposed, and what is to be said of it: a guess, or that it states another version."""

    version_file: VersionFile
    remark: str = ""


@dataclass(frozen=True)
class Other:
    """A place that states another version: it may be about something else, and a person knows."""

    version_file: VersionFile
    occurrence: Occurrence


@dataclass(frozen=True)
class Declared:
    """The version and every version file, the leading one first, and what a person must know.

    ``leftovers`` are the lines that hold the version and that no version file covers, ``others`` what states another.
    """

    version: str
    version_files: tuple[Proposed, ...]
    notes: tuple[str, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    others: tuple[Other, ...] = ()


def find_version_files(
    source: Source,
    *,
    tools: Sequence[FormerTool] = (),
    tagged: str | None = None,
    above: Above = NOTHING,
) -> Declared:
    """Return where the version stands; each version file was read, and changed in memory.

    *tagged* is the version of the newest tag, where the build takes the version from there. *above* is what lies over
    the package's folder.

    Raises:
        ConfigurationError: the build takes the version from where it cannot be changed; what to do is said.
    """
    named, led = read_by_build(source.project, source.files, above, source.links)
    files = {**source.files, **named}
    source = replace(source, files=files, links={**source.links, **led})
    unfit = refusal(source.project, files)
    if unfit is not None:
        raise unfit
    read = _Reading(source, tagged)
    if tagged is None:
        read.take(of_build.claims(source))
        if read.version is None:
            unread = read.unread
            read.take(of_code.claims(source))
            read.notes += [] if of_build.read_by_setup(source, [each.version_file for each in read.found]) else unread
        if read.version is None:
            raise not_found(files, read.unread)
    version = read.version or ""
    read.take(of_code.claims(source))
    read.take(told.claims(tools, files, version))
    read.take_above(above, (*kept_by_tools(above, version), *locks(above)))
    read.take(of_files.claims(files, version, name=source.name))
    read.take_above(above, tuple(beside(above, version, name=source.name)))
    notes = (*read.notes, *of_parts.computed(source, version), *told.missed(tools, files, version))
    kept = {path: content for path, content in read.files.items() if path not in source.links}
    return Declared(
        version,
        tuple(read.found),
        notes,
        left_in(_lines(kept, version), name=source.name),
        tuple(read.others),
    )


def read_project(files: Files) -> Mapping[str, Any]:
    """Return what ``pyproject.toml`` says, nothing where there is none; raises ``ConfigurationError`` with the line."""
    return read_toml(files.get(PROJECT, b"").decode(errors="replace"), where=str(PROJECT)).values


class _Reading:
    """What was found so far; ``files`` hold another version wherever a version file was found."""

    def __init__(self, source: Source, tagged: str | None) -> None:
        self.name, self.links, self.files = source.name, source.links, dict(source.files)
        self.version, self.tagged = tagged, tagged is not None
        self.found: list[Proposed] = []
        self.notes: list[str] = []
        self.unread: list[str] = []
        self.others: list[Other] = []

    def take(self, claims: Iterable[Claim]) -> None:
        """Look into each claim, and keep what can be kept in step."""
        for claim in dict.fromkeys(map(self._at_its_end, claims)):
            try:
                in_repository(str(claim.version_file.path))  # not every name that Git has can be written down
                fitting = replace(claim, version_file=self._behind_its_mark(claim.version_file))
                content = self.files[fitting.version_file.path]
                occurrence = find(fitting.version_file, content, package=self.name)
                changed = self._changed(fitting, occurrence, content)
            except (KeyError, ValueError, ReleasegateError) as error:
                self._tell(claim, error)
                continue
            if changed is not None:
                self._judge(fitting, occurrence, changed)

    def take_above(self, above: Above, claims: Collection[Claim]) -> None:
        """Look into *claims* on what lies above the package's folder."""
        paths = {claim.version_file.path: above.found(claim.version_file.path) for claim in claims}
        self.files = {**{path: above.files[end] for path, end in paths.items() if end is not None}, **self.files}
        self.take(claims)

    def _at_its_end(self, claim: Claim) -> Claim:
        """Return the claim on the file that a link leads to: a bump writes files, and leaves links as they are."""
        path = claim.version_file.path
        return replace(claim, version_file=replace(claim.version_file, path=self.links.get(path, path)))

    def _behind_its_mark(self, version_file: VersionFile) -> VersionFile:
        """Return the text around a version that has a ``v`` before it, which a bump of the whole would take away."""
        content = self.files[version_file.path]
        found = find(version_file, content, package=self.name)
        marked = lines_with(content, found.version[1:]) if found.version[:1] in {"v", "V"} else ()
        made = (text_around(version_file.path, line, at) for number, line, at in marked if number == found.line)
        return next((each for each in made if each is not None), version_file)

    def _changed(self, claim: Claim, occurrence: Occurrence, content: bytes) -> bytes | None:
        """Return the file with another version, of the same epoch; ``None`` for a place that has been found before.

        Raises:
            ReleasegateError: nothing can be changed there; of what is custom that is said.
        """
        if _states(replace(occurrence, version=_plain(occurrence.version)), _ANOTHER[-1]):
            return None
        try:
            for version in _ANOTHER:
                there = f"{_epoch(self.version or occurrence.version)}{version}"
                content = bump(claim.version_file, content, package=self.name, version=there)
        except ReleasegateError as error:
            if claim.rank == "usual" and self.version is not None and _states(occurrence, _plain(self.version)):
                self.notes.append(f"{error.problem} No bump follows there: {error.hint[:1].lower()}{error.hint[1:]}")
            raise
        return content

    def _judge(self, claim: Claim, occurrence: Occurrence, changed: bytes) -> None:
        agrees = self.version is None or _states(occurrence, self.version)
        unsure = claim.rank in {"like", "value"}
        asked = claim.rank in {"named", "like"}
        if not agrees and (unsure or asked or self.tagged):
            if asked and not self.tagged:
                self.others.append(Other(claim.version_file, occurrence))
            elif not unsure:
                self.notes.append(f"{occurrence}, and the newest tag {self.version}: it is not proposed")
            return
        if self.version is None and unsure:
            return
        remark = "a guess: it states the same version" if unsure else ""
        if not agrees:
            due = short(self.version or "") if occurrence.short else self.version
            remark = f"states {occurrence.version}, not {due}: correct it, or take this line out"
            self.notes.append(f"{occurrence}, not {due}: releasegate versions fails until they agree")
        self.notes += self._limits(claim.version_file, occurrence)
        self.version = self.version or occurrence.version
        self.files[claim.version_file.path] = changed
        self.found.append(Proposed(claim.version_file, remark))

    def _limits(self, version_file: VersionFile, occurrence: Occurrence) -> Iterator[str]:
        """Yield what a bump will make of the version that its author may not expect."""
        content, at = self.files[version_file.path], f"{occurrence.path}:{occurrence.line}"
        try:
            bump(version_file, content, package=self.name, version=_POST)
        except ReleasegateError:
            yield f"{at} has no form for a post: a final that fails is repaired by the next one"
        written = kind_of(version_file).find(version_file, content, self.name).version
        if written != occurrence.version:
            yield f"{at} states {written}, which every index calls {occurrence.version}, and so does a bump"

    def _tell(self, claim: Claim, error: Exception) -> None:
        """Say what a tool was told to keep in step and cannot be kept so; of all else it is not even sure."""
        if not isinstance(error, ReleasegateError):
            return
        if claim.rank == "tool":
            self.notes.append(f"{claim.by} was told of {claim.version_file.path}, which is left out: {error.problem}")
        elif claim.rank == "build":
            self.unread.append(
                f"The build reads {claim.version_file.path}, where no version can be changed: {error.problem}"
            )


def _epoch(version: str) -> str:
    return version[: version.find("!") + 1]


def _plain(version: str) -> str:
    return version[version.find("!") + 1 :]


def _states(occurrence: Occurrence, version: str) -> bool:
    """Whether a place states *version*, or as much of it as stands there."""
    return occurrence.version == short(version) if occurrence.short else same(occurrence.version, version)


def _lines(files: Files, version: str) -> Iterator[Leftover]:
    for path, content in files.items():
        if ".." not in path.parts and len(content) <= _LARGEST:
            yield from held(path, content, version)
