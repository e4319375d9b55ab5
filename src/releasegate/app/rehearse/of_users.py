"""What users have of a package is let be there in its rehearsal, too: what is newest, and where the line has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.app.rehearse.sandbox import OpenSandbox, Sandbox
from releasegate.app.rehearse.scenario import Reporter, upload
from releasegate.core.config.keys import Package
from releasegate.core.errors import Refused, ReleasegateError
from releasegate.core.release.next_version import newest_final
from releasegate.steps.fetch import newest, published


def publish(opened: OpenSandbox, sandbox: Sandbox, package: Package, reporter: Reporter) -> None:
    """Let users have what they have of a package; what is not known, or is refused by today's rules, is told."""
    try:
        for path in _of_users(sandbox, package, reporter):
            upload(opened, path)
        _place(opened, sandbox, package, reporter)
    except ReleasegateError as error:
        reporter.heading(f"not all that users have of {package.name} is there to compare with")
        reporter.fails(error)


def _of_users(sandbox: Sandbox, package: Package, reporter: Reporter) -> Iterator[Path]:
    """Yield the files of the newest final that users have; none where there is none."""
    folder = sandbox.folder / "published"
    folder.mkdir(exist_ok=True)
    settings = sandbox.settings
    index = SimpleIndex(settings.indexes[settings.production], environ=sandbox.environ, workdir=folder)
    version = newest(index, package.name)
    for file in published(index, package.name, version) if version is not None else ():
        if file.filename.endswith((".whl", ".tar.gz")):
            reporter(f"fetching {file.filename}, which users have")
            path = folder / file.filename
            path.write_bytes(index.fetch(file))
            yield path


def _place(opened: OpenSandbox, sandbox: Sandbox, package: Package, reporter: Reporter) -> None:
    """Let HEAD descend from what users have where no tag here says whether it does; what a release asks is told."""
    state = opened.workspace.package_state(package)
    try:
        newest_final(state.consumed, declared=state.declared)
    except Refused as error:
        tag, clone = f"{package.tag_prefix}{max(state.published)}", sandbox.clone(package)
        reporter.heading(f"{tag} is no tag here: it is taken to be what HEAD was made from. A release asks:")
        reporter.fails(error)
        sandbox.git(clone, "tag", "-a", "-m", tag, tag)
        sandbox.git(clone, "push", "-q", "origin", tag)
