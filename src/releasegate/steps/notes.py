"""What a version's forge release says: it is there, or can be made, before the candidate is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from packaging.version import Version

from releasegate.core.errors import Refused
from releasegate.core.release.notes import note_file, note_folders, note_section, notes_of_commits, series_file
from releasegate.core.release.versions import parse_version, promoted
from releasegate.steps.release import Release
from releasegate.steps.source import bump_message


def release_notes(release: Release) -> str:
    """Return the text of the forge release: the project's own notes of what the version leads to, else the commits.

    Raises:
        Refused: the configuration names notes, and they say nothing of that version.
    """
    package, due, commit = release.package, promoted(release.version), release.commit()
    where, repository = package.release_notes, release.ports.repository
    if where is None:
        return _of_commits(release)
    names = repository.names(where, commit=commit)
    if names or repository.read(where, commit=commit) is None:
        found = _in_folder(release, where, names, due)
    else:
        found = note_section(_text(release, where), due)
    if not found or not found.strip():
        what = f"{where} has no file about {due}" if names else f"{where} has no section about {due}"
        write = f"{where}/version-{due}.md" if names else f"a heading with {due} into {where}"
        raise Refused(f"{what}.", hint=f"Write {write}, and commit it; a date may follow later")
    return found.strip()


def _in_folder(release: Release, where: PurePosixPath, names: Sequence[PurePosixPath], due: Version) -> str | None:
    """Return the text of the file about *due*, in the folder or in one of its own; else its section in the series'."""
    if (path := note_file(names, due)) is not None:
        return _text(release, path)
    for folder in note_folders(due):
        inside = release.ports.repository.names(where / folder, commit=release.commit())
        own = [each for each in inside if each.stem.lower() in {"index", "readme"}] if folder.endswith(str(due)) else []
        if (path := note_file(inside, due) or next(iter(own), None)) is not None:
            return _text(release, path)
    series = series_file(names, due)
    return None if series is None else note_section(_text(release, series), due)


def _text(release: Release, path: PurePosixPath) -> str:
    content = release.ports.repository.read(path, commit=release.commit())
    return (content or b"").decode(errors="replace")


def _of_commits(release: Release) -> str:
    package, repository, commit = release.package, release.ports.repository, release.commit()
    tags = repository.tags_before(commit)
    finals: dict[Version, str] = {}
    for name in tags:
        version = parse_version(name.removeprefix(package.tag_prefix)) if name.startswith(package.tag_prefix) else None
        if version is not None and not version.is_prerelease and version < release.version:
            finals[version] = name
    last = max(finals, default=None)
    since = None if last is None else tags[finals[last]]
    # That a version was stated is no news to those who read of it.
    bump = bump_message(release).removesuffix(str(release.version))
    subjects = [each for each in repository.subjects(commit, since=since) if not each.startswith(bump)]
    return notes_of_commits(subjects, since=None if last is None else str(last))
