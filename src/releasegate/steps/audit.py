"""The audit: what was built is held against the commit, the rules of PyPI and what was published before."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from releasegate.core.audit.audit import CHECK_NAMES, AuditedBuild, audit
from releasegate.core.audit.telling import Finding
from releasegate.core.dists.archive import Members, read_sdist, read_wheel
from releasegate.core.dists.manifest import Manifest
from releasegate.core.dists.wheel import sources
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.core.release.record import Evidence
from releasegate.ports import Index, IndexFile, LockAnswer
from releasegate.steps.release import Release
from releasegate.steps.step import Kind, ReleaseStep

_WAIVE = "what cannot be mended is waived one check at a time: invoke waive --gate audit:CHECK"


@dataclass(frozen=True)
class Previous:
    """The newest release before this one: its wheel as it is listed and opened, and the sdist beside it."""

    listed: IndexFile
    wheel: Members
    sdist: Members | None


@dataclass(frozen=True)
class Audit(ReleaseStep):
    """What was built is what the commit says, whole, and takes nothing away that was published before.

    All checks run, whatever one of them finds; a waiver of ``audit:CHECK`` is for that check alone.
    """

    key: ClassVar[str] = "audit"
    kind: ClassVar[Kind] = Kind.WORK
    waivable: ClassVar[bool] = True
    parts: ClassVar[tuple[str, ...]] = tuple(f"audit:{name}" for name in (*CHECK_NAMES, "compile", "twine", "locks"))
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "builds", "ledger", "tools", "indexes"})

    def describe(self) -> str:
        return "audit the wheel and the sdist against the commit and the last published wheel"

    def run(self) -> Evidence:
        release = self.release
        manifest = release.manifest()
        previous = _previous(release)
        findings = [*self._audited(manifest, previous), *self._tried(manifest)]
        locks = self._locks(findings)
        findings += [Finding("locks", lock.problem, lock.words) for lock in locks if lock.by and lock.problem]
        record = release.record()
        waivers = {f.check: record.waiver(f"{self.key}:{f.check}") for f in findings}
        left = [f for f in findings if waivers[f.check] is None]
        waived = {check: {**w.evidence, "problems": _problems(findings, check)} for check, w in waivers.items() if w}
        for check, evidence in waived.items():
            release.run.progress(f"{self.key}:{check} is waived by {evidence['by']}: {evidence['reason']}")
        if left:
            checks = ", ".join(dict.fromkeys(f.check for f in left))
            raise GateFailed(
                f"The build of {release.package.name} {release.version} is not what it should be ({checks}).",
                hint=f"Mend it, commit, and run the same command again; {_WAIVE}",
                details=[
                    line for f in left for line in (f"{f.check}: {f.problem}", *(f"  {more}" for more in f.lines))
                ],
            )
        against = None if previous is None else previous.listed.filename
        shown: dict[str, Any] = {"files": [a.filename for a in manifest.artifacts], "compared with": against}
        if locks:
            shown["locks"] = {lock.path: lock.problem or "current" for lock in locks}
        return {**shown, "waived": waived} if waived else shown

    def _audited(self, manifest: Manifest, previous: Previous | None) -> tuple[Finding, ...]:
        release, ports = self.release, self.release.ports
        release.run.progress("comparing the files with the commit")
        return audit(
            AuditedBuild(
                package=release.package,
                version=str(release.version),
                files=_contents(release, manifest),
                rebuilt=ports.builds.rebuilt(release.package, release.version),
                tree=ports.repository.tree(release.commit()),
                previous=None if previous is None else previous.wheel,
                previous_sdist=None if previous is None else previous.sdist,
                standard_library=sys.stdlib_module_names,
                submodules=ports.repository.submodules(release.commit()),
            )
        )

    def _locks(self, findings: Sequence[Finding]) -> tuple[LockAnswer, ...]:
        """Return what is said of the tracked locks; raises ``Unavailable`` where nothing else would be told instead."""
        release = self.release
        try:
            return release.ports.builds.locks(release.package, version=release.version, commit=release.commit())
        except Unavailable:
            if not findings:
                raise
            return ()

    def _tried(self, manifest: Manifest) -> Iterator[Finding]:
        """Yield what other tools say; a wheel that cannot be read is what the audit found."""
        release, tools = self.release, self.release.ports.tools
        python = release.package.pythons[0]
        release.run.progress(f"compiling every module with Python {python}")
        for name, content in _contents(release, manifest).items():
            try:
                code = sources(read_wheel(name, content)) if name.endswith(".whl") else {}
            except GateFailed:
                code = {}
            yield from (Finding("compile", problem) for problem in tools.compile(code, python=python) if code)
        paths = [release.ports.builds.path(release.package, release.version, a) for a in manifest.artifacts]
        yield from (Finding("twine", problem) for problem in tools.render(paths))


def _previous(release: Release) -> Previous | None:
    """Return the newest release on the production index that is older than this one and not yanked, with a wheel.

    Of several wheels the one for the same platform is taken, where there is one.
    """
    index = release.index("production")
    older = [
        (file.version, file)
        for file in index.files(release.package.name)
        if file.version is not None and file.version < release.version and not file.version.is_prerelease
    ]
    wheels = [pair for pair in older if pair[1].filename.endswith(".whl") and not pair[1].yanked]
    if not wheels:
        return None
    ours = {_tags(artifact.filename) for artifact in release.manifest().artifacts}
    newest, file = max(wheels, key=lambda pair: (pair[0], _tags(pair[1].filename) in ours))
    sdist = next((f for v, f in older if v == newest and f.filename.endswith(".tar.gz")), None)
    return Previous(file, read_wheel(file.filename, index.fetch(file)), _readable(index, sdist))


def _readable(index: Index, file: IndexFile | None) -> Members | None:
    """Return an sdist that was published, ``None`` where none was, or none that can be read today."""
    try:
        return None if file is None else read_sdist(file.filename, index.fetch(file))
    except GateFailed:
        return None


def _tags(wheel: str) -> str:
    """Return the part of a wheel's name that says what it runs on."""
    return "-".join(wheel.split("-")[-3:])


def _problems(findings: Sequence[Finding], check: str) -> list[str]:
    return [finding.problem for finding in findings if finding.check == check]


def _contents(release: Release, manifest: Manifest) -> dict[str, bytes]:
    builds = release.ports.builds
    return {a.filename: builds.path(release.package, release.version, a).read_bytes() for a in manifest.artifacts}
