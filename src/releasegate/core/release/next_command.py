"""What comes next for a package: how far the version is that its files state, what is missing, and which pipeline."""

from __future__ import annotations

from dataclasses import dataclass

from releasegate.core.release.plan import PackageState, Pipeline, VersionState
from releasegate.core.release.versions import is_candidate, promoted

_FLAGS: dict[Pipeline, str] = {"rc": "--rc ", "final": "", "post": "--post "}


@dataclass(frozen=True)
class NextRelease:
    """Where a package stands in words, what is missing, and the pipeline that makes it."""

    state: str
    missing: str
    pipeline: Pipeline

    def command(self, package: str) -> str:
        """Return the one command that goes on."""
        return f"invoke release {_FLAGS[self.pipeline]}--package {package}"


def next_release(package_state: PackageState) -> NextRelease:
    """Return what comes next for a package."""
    declared = package_state.declared
    return _after_candidate(package_state) if is_candidate(declared) else _after_final(package_state)


def _after_candidate(package_state: PackageState) -> NextRelease:
    declared, failure = package_state.declared, package_state.record(package_state.declared).failure
    state = package_state.state(declared)
    again: Pipeline = "rc" if declared.pre is not None else "post"
    if state is VersionState.SEALED and package_state.tag_of(declared) == package_state.head:
        return NextRelease(f"{declared} is proven", f"{promoted(declared)}", "final" if again == "rc" else "post")
    if failure is not None:
        return NextRelease(f"{declared} failed at {failure.step}", "a mended candidate", again)
    words = {VersionState.OPEN: "is under way", VersionState.FREE: "is not begun"}.get(state, "was left behind")
    return NextRelease(f"{declared} {words}", "its proof", again)


def _after_final(package_state: PackageState) -> NextRelease:
    declared, record = package_state.declared, package_state.record(package_state.declared)
    state = package_state.state(declared)
    if record.failure is not None:
        return NextRelease(f"{declared} failed at {record.failure.step}", "a fix", "post")
    if state is VersionState.OPEN and record.attempted:
        return NextRelease(f"{declared} is under way", "its end", "final" if declared.post is None else "post")
    if declared in package_state.published or state is VersionState.SEALED:
        return NextRelease(f"{declared} is released", "nothing", "rc")
    return NextRelease(f"{declared} is not begun", "a candidate", "rc")
