"""What comes next for a package: how far the version is that its files state, what is missing, and which pipeline."""

from __future__ import annotations

from packaging.version import Version

from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Entry
from releasegate.core.release.plan import PackageState, PipelineName, VersionState, bump_branch
from releasegate.core.release.taken_back import because
from releasegate.core.release.versions import is_candidate, promoted

_BESIDE = frozenset({"pair", "pairs"})
"""The gates of a final that ask what other packages do with it."""

_FLAGS: dict[PipelineName, str] = {"rc": "--rc ", "final": "", "post": "--post "}


@dataclass(frozen=True)
class NextRelease:
    """Where a package stands in words, what is missing, and the pipeline that makes it."""

    state: str
    missing: str
    pipeline: PipelineName
    line: str = ""

    def command(self, package: str) -> str:
        """Return the one command that goes on: a line of Git where what is here must be another commit first."""
        return self.line or f"invoke release {_FLAGS[self.pipeline]}--package {package}"


def release_line(version: Version, *, package: str) -> str:
    """Return the command that releases *version*; what stages a post is released with the post."""
    pipeline: PipelineName = "post" if version.post is not None else "rc" if version.is_prerelease else "final"
    return f"invoke release {_FLAGS[pipeline]}--package {package}"


def next_release(package_state: PackageState) -> NextRelease:
    """Return what comes next for a package."""
    if package_state.proposed is not None:
        return _proposed(package_state, package_state.proposed)
    declared = package_state.declared
    return _after_candidate(package_state) if is_candidate(declared) else _after_final(package_state)


def given_up(version: Version, *, package: str, published: bool) -> str:
    """Return what goes on in place of *version* once it failed and its number is consumed, as the plan has it.

    *published* is whether the production index has a file of it.
    """
    if is_candidate(version):
        return f"Mend it and commit, then go on with the next number: {release_line(version, package=package)}"
    if published or version.post is not None:
        return f"Repair it forward: invoke release --post --package {package}"
    return f"Mend it and commit, then prove another candidate: invoke release --rc --package {package}"


def _proposed(package_state: PackageState, version: Version) -> NextRelease:
    branch = bump_branch(package_state.package, version)
    by_kind: PipelineName = "rc" if version.pre is not None else "final" if version.post is None else "post"
    merge = f"a pull request of the branch {branch} into the release branch, merged"
    return NextRelease(f"{version} waits until its bump is merged", merge, by_kind)


def _after_candidate(package_state: PackageState) -> NextRelease:
    declared, failure = package_state.declared, package_state.record(package_state.declared).failure
    state = package_state.state(declared)
    again: PipelineName = "rc" if declared.pre is not None else "post"
    final = promoted(declared)
    if final in package_state.published and package_state.tag_of(final) not in {None, package_state.head}:
        package = package_state.package
        bring = package.git_line(f"pull --no-rebase {package.remote} {package.tag(final)}")
        return NextRelease(f"{final} is released, and its candidate is checked out", f"what {final} is", "rc", bring)
    if state is VersionState.SEALED and package_state.tag_of(declared) == package_state.head:
        return _after_proven(package_state, again)
    taken_back = package_state.record(declared).taken_back
    if taken_back is not None:
        here = package_state.tag_of(declared) == package_state.head
        missing = "its proof, run again" if here else "a candidate of what is here now"
        return NextRelease(f"{declared} is not proven any more: {because(taken_back)}", missing, again)
    if failure is not None:
        return NextRelease(f"{declared} failed at {failure.step}", "a mended candidate", again)
    free = _begun(package_state, declared)
    words = {VersionState.OPEN: "is under way", VersionState.FREE: free}.get(state, "was left behind")
    return NextRelease(f"{declared} {words}", "its proof", again)


def judged_bad(package_state: PackageState, candidate: Version) -> Entry | None:
    """Return the red verdict on the final of a proven *candidate* that was given before it was begun, since the proof.

    What was said before that is of another candidate.
    """
    final, closed = promoted(candidate), package_state.record(candidate).closed
    failure = package_state.record(final).failure
    begun = package_state.state(final) is not VersionState.FREE
    return None if failure is None or begun or (closed is not None and failure.at < closed.at) else failure


def _after_proven(package_state: PackageState, again: PipelineName) -> NextRelease:
    """Return what follows a proof: its final, unless a gate has judged that as bad as it stands."""
    declared, final = package_state.declared, promoted(package_state.declared)
    failure = judged_bad(package_state, declared) if again == "rc" else None
    if failure is None:
        return NextRelease(f"{declared} is proven", f"{final}", "final" if again == "rc" else "post")
    # What it was judged with may be mended instead: the same command asks again then.
    instead = " (or of what it ran with, and then the final again)" if failure.step in _BESIDE else ""
    return NextRelease(
        f"{declared} is proven, and {final} failed at {failure.step}", f"a mended candidate{instead}", again
    )


def _after_final(package_state: PackageState) -> NextRelease:
    declared, record = package_state.declared, package_state.record(package_state.declared)
    if record.taken_back is not None:
        return NextRelease(f"{declared} is not proven any more: {because(record.taken_back)}", "a fix", "post")
    if declared in package_state.false_seals and declared in package_state.published:
        words = f"{declared} is published, and its record is of other files than the index serves"
        return NextRelease(words, "a look at who wrote that record; a fix if the files are wrong", "post")
    if record.failure is not None:
        # Only what is out can be repaired by a post.
        forward: PipelineName = "post" if declared in package_state.published or declared.post is not None else "rc"
        return NextRelease(f"{declared} failed at {record.failure.step}", "a fix", forward)
    return _after_sound_final(package_state)


def _after_sound_final(package_state: PackageState) -> NextRelease:
    declared, record = package_state.declared, package_state.record(package_state.declared)
    state = package_state.state(declared)
    if state is VersionState.OPEN and record.attempted:
        return NextRelease(f"{declared} is under way", "its end", "final" if declared.post is None else "post")
    if declared in package_state.published or state is VersionState.SEALED:
        return NextRelease(f"{declared} is released", "nothing", "rc")
    if state is VersionState.ABANDONED:
        return NextRelease(f"{declared} was used before", "nothing", "rc")
    proven = [v for v in package_state.records if is_candidate(v) and promoted(v) == declared]
    if state is VersionState.FREE and proven and package_state.record(max(proven)).seal is not None:
        # The bump of a proven candidate, merged by a pull request.
        by_kind: PipelineName = "final" if declared.post is None else "post"
        return NextRelease(f"{declared} {_begun(package_state, declared)}", "its end", by_kind)
    return NextRelease(f"{declared} is not begun", "a candidate", "rc")


def _begun(package_state: PackageState, version: Version) -> str:
    """Return whether anything of a version was done whose number is not used yet: its bump or its build may be."""
    done = any(entry.event == "done" for entry in package_state.record(version).entries)
    return "is under way, and its number is not used yet" if done else "is not begun"
