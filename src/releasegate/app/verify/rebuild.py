"""The files of a published version beside those that its tag makes when it is built again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from packaging.version import Version

from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.app.workspace import Workspace
from releasegate.core.config.keys import Package
from releasegate.core.dists.archive import read_wheel
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.core.verification.claims import Claim
from releasegate.core.verification.rebuilt import build_tools, counterpart, file_claim, missing_claim
from releasegate.ports import IndexFile


@dataclass
class ServedFiles:
    """The files of an index, each fetched when it is first asked for."""

    workspace: Workspace
    index: SimpleIndex
    contents: dict[str, bytes] = field(default_factory=dict)

    def content(self, file: IndexFile) -> bytes:
        """Return a file's bytes; raises ``GateFailed`` where they are not what the index itself lists."""
        if file.filename not in self.contents:
            self.workspace.progress(f"fetching {file.filename} from {self.index.name}")
            try:
                self.contents[file.filename] = self.index.fetch(file)
            except GateFailed:
                # What is damaged on the way is whole when it is asked for again.
                self.contents[file.filename] = self.index.fetch(file)
        return self.contents[file.filename]

    def sha256(self, file: IndexFile) -> str:
        """Return the sha256 of a file whose index gives none."""
        return hashlib.sha256(self.content(file)).hexdigest()


def build_backend(served: ServedFiles, files: tuple[IndexFile, ...]) -> dict[str, Version]:
    """Return the build backend that the first wheel names; nothing where it cannot be read, which is told elsewhere."""
    wheel = next((file for file in files if file.filename.endswith(".whl")), None)
    try:
        return build_tools(read_wheel(wheel.filename, served.content(wheel))) if wheel is not None else {}
    except GateFailed:
        return {}


def rebuild(
    workspace: Workspace, package: Package, version: Version, *, commit: str, tools: Mapping[str, Version]
) -> Mapping[str, bytes]:
    """Return the wheel and the sdist that the commit makes, with *tools* where that can be.

    Raises:
        Unavailable: it cannot be built here.
    """
    builds = workspace.builds()
    # A backend of that time need not run any more, or not fit what the commit asks for: then today's.
    for chosen in (tools, {}) if tools else (tools,):
        try:
            return builds.rebuild(package, version=version, commit=commit, tools=chosen, progress=workspace.progress)
        except GateFailed as error:
            failure = error
    raise Unavailable(
        f"{package.name} {version} cannot be rebuilt here, so nothing is known of its files. {failure.problem}",
        hint="Install what its build needs, then run the same command again",
        details=failure.details,
    )


def compared_claims(
    served: ServedFiles, files: tuple[IndexFile, ...], rebuilt: Mapping[str, bytes]
) -> tuple[Claim, ...]:
    """Return what is known of every file; those that the build does not make are not even fetched."""
    return tuple(_compared(served, files, rebuilt))


def _compared(served: ServedFiles, files: tuple[IndexFile, ...], rebuilt: Mapping[str, bytes]) -> Iterator[Claim]:
    own = {file.filename: counterpart(file.filename, rebuilt) for file in files}
    for file in files:
        name = own[file.filename]
        try:
            content = served.content(file) if name is not None else b""
        except GateFailed as error:
            yield Claim(file.filename, "contradicted", error.problem, served.index.name, error.details)
            continue
        yield file_claim(file.filename, content, None if name is None else (name, rebuilt[name]))
    yield from (missing_claim(name, index=served.index.name) for name in rebuilt if name not in own.values())
