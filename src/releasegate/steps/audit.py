"""The audit: what was built is held against the commit, the rules of PyPI and what was published before."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from packaging.utils import canonicalize_name

from releasegate.core.audit.audit import CHECK_NAMES, AuditedBuild, look
from releasegate.core.audit.description import is_markdown
from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.telling import Finding, told
from releasegate.core.dists.archive import Members, read_wheel
from releasegate.core.dists.manifest import Manifest
from releasegate.core.dists.requirements import required, unmet
from releasegate.core.dists.wheel import requires, sources, wheel_metadata
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Evidence
from releasegate.ports import LockAnswer
from releasegate.steps.beside import Beside, beside
from releasegate.steps.meanwhile import meanwhile
from releasegate.steps.release import Release
from releasegate.steps.step import Kind, ReleaseStep

_TOOLS = ("compile", "twine", "requirements", "locks")
_UNTYPED = "`long_description_content_type` missing"
_WAIVE = "what cannot be mended is waived one check at a time: invoke waive --gate audit:CHECK"


@dataclass(frozen=True)
class Audit(ReleaseStep):
    """What was built is what the commit says, whole, and takes nothing away that was published before.

    All checks run, whatever one of them finds; a waiver of ``audit:CHECK`` is for that check alone.
    """

    key: ClassVar[str] = "audit"
    kind: ClassVar[Kind] = Kind.WORK
    waivable: ClassVar[bool] = True
    parts: ClassVar[tuple[str, ...]] = tuple(f"audit:{name}" for name in (*CHECK_NAMES, *_TOOLS))
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "builds", "ledger", "tools", "indexes"})

    def describe(self) -> str:
        return "audit the wheel and the sdist against the commit and the last published wheel"

    def run(self) -> Evidence:
        release = self.release
        manifest = release.manifest()
        try:
            with beside(release) as against:
                problems = dict(self._found(manifest, against))
                locks = _answers(against, told_elsewhere=any(problems.values()))
        finally:
            release.begun.clear()  # whole trees, which nobody needs any more
        for lock in locks:
            if lock.problem and not lock.by:
                release.run.progress(f"{lock.path}: {lock.problem}")
        problems["locks"] = [Problem(lock.problem, lines=lock.words) for lock in locks if lock.by and lock.problem]
        findings = told(problems, release.package.wheel, known=(*CHECK_NAMES, *_TOOLS))
        record = release.record()
        waivers = {f.check: record.waiver(f"{self.key}:{f.check}") for f in findings}
        left = [f for f in findings if waivers[f.check] is None]
        waived = {check: {**w.evidence, "problems": _problems(findings, check)} for check, w in waivers.items() if w}
        for check, evidence in waived.items():
            release.run.progress(f"{self.key}:{check} is waived by {evidence.get('by')}: {evidence.get('reason')}")
        if left:
            checks = ", ".join(dict.fromkeys(f.check for f in left))
            raise GateFailed(
                f"The build of {release.package.name} {release.version} is not what it should be ({checks}).",
                hint=f"Mend it, commit, and run the same command again; {_WAIVE}",
                details=[
                    line for f in left for line in (f"{f.check}: {f.problem}", *(f"  {more}" for more in f.lines))
                ],
            )
        before = against.previous()
        compared = None if before is None else before.filename
        shown: dict[str, Any] = {"files": [a.filename for a in manifest.artifacts], "compared with": compared}
        if locks:
            shown["locks"] = {lock.path: lock.problem or "current" for lock in locks}
        return {**shown, "waived": waived} if waived else shown

    def _found(self, manifest: Manifest, against: Beside) -> Mapping[str, Problems]:
        """Return what is found here, and what other tools say meanwhile, by the name of the check."""
        release = self.release
        files = _contents(release, manifest)
        wheels = {name: opened for name, data in files.items() if (opened := _wheel(name, data)) is not None}
        release.run.progress("comparing the files with the commit")
        release.run.progress(f"compiling every module with Python {release.package.pythons[0]}")
        with (
            meanwhile(lambda: self._tried(manifest, wheels)) as tried,
            meanwhile(lambda: list(self._unmet(wheels))) as unmet,
        ):
            looked = self._looked_at(files, against)
        return {**looked, **tried(), "requirements": unmet()}

    def _looked_at(self, files: Mapping[str, bytes], against: Beside) -> Mapping[str, Problems]:
        release, ports = self.release, self.release.ports
        return look(
            AuditedBuild(
                package=release.package,
                version=release.version,
                files=files,
                rebuilt=ports.builds.rebuilt(release.package, release.version),
                tree=against.tree,
                previous=against.previous,
                known=against.known,
                standard_library=sys.stdlib_module_names,
                submodules=ports.repository.submodules(release.commit()),
                hosts=release.run.settings.hosts(),
            )
        )

    def _tried(self, manifest: Manifest, wheels: Mapping[str, Members]) -> Mapping[str, Problems]:
        """Return what other tools say of the files, by the name of the check."""
        release, tools = self.release, self.release.ports.tools
        code = {path: data for wheel in wheels.values() for path, data in sources(wheel).items()}
        paths = [release.ports.builds.path(release.package, release.version, a) for a in manifest.artifacts]
        said = tools.compile(code, python=release.package.pythons[0]) if code else ()
        return {
            "compile": [Problem(line, about=line.partition(":")[0], key="allowed") for line in said],
            "twine": [_objection(line) for line in tools.render(paths) if not _is_meant(line, wheels)],
        }

    def _unmet(self, wheels: Mapping[str, Members]) -> Iterator[Problem]:
        """Yield what the wheel requires and no installer finds: all but the package itself comes from one index."""
        package, settings = self.release.package, self.release.run.settings
        said = [text for wheel in wheels.values() for text in requires(_metadata(wheel))]
        beside = {canonicalize_name(each.name): each.name for each in settings.packages}
        for each in required(said, pythons=package.pythons, extras=package.install.extras):
            versions = self.release.ports.tools.served(each.name)
            if versions is None:
                return  # the install check says it, when the index answers
            if (why := unmet(each, versions)) is not None:
                sentence = f"{each} is required, and {settings.dependencies} {why}: no installer finds it."
                first = beside.get(canonicalize_name(each.name))
                lines = () if first is None else (f"release it first: invoke release --package {first}",)
                yield Problem(sentence, about=each.name, key="allowed", lines=lines)


def _answers(against: Beside, *, told_elsewhere: bool) -> tuple[LockAnswer, ...]:
    """Return what is said of the tracked locks; raises ``Unavailable`` where nothing else would be told instead."""
    try:
        return against.locks()
    except Unavailable:
        if not told_elsewhere:
            raise
        return ()


def _is_meant(line: str, wheels: Mapping[str, Members]) -> bool:
    """Whether twine only misses the content type of a description that is what an index takes it for: reST."""
    return _UNTYPED in line and not any(is_markdown(_metadata(wheel)) for wheel in wheels.values())


def _wheel(filename: str, content: bytes) -> Members | None:
    """Return what a wheel holds; nothing of one that cannot be read, which is what the audit finds, nor of an sdist."""
    try:
        return read_wheel(filename, content) if filename.endswith(".whl") else None
    except GateFailed:
        return None


def _metadata(wheel: Members) -> bytes:
    try:
        return wheel_metadata(wheel)
    except GateFailed:
        return b""


def _objection(line: str) -> Problem:
    """Return what twine says: an index takes what it only warns of, so that a project may mean it."""
    warned = line.removeprefix("WARNING").strip()
    return Problem(line) if warned == line else Problem(line, about=warned, key="allowed")


def _problems(findings: Sequence[Finding], check: str) -> list[str]:
    return [finding.problem for finding in findings if finding.check == check]


def _contents(release: Release, manifest: Manifest) -> dict[str, bytes]:
    builds = release.ports.builds
    return {a.filename: builds.path(release.package, release.version, a).read_bytes() for a in manifest.artifacts}
