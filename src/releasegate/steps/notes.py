"""What a version's forge release says: it is there, or can be made, before the candidate is."""

from __future__ import annotations

from packaging.version import Version

from releasegate.core.errors import Refused
from releasegate.core.release.notes import note_file, note_section, notes_of_commits
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
    path = note_file(names, due) if names else where
    text = None if path is None else (repository.read(path, commit=commit) or b"").decode(errors="replace")
    found = text if names or text is None else note_section(text, due)
    if not found or not found.strip():
        what = f"{where} has no file about {due}" if names else f"{where} has no section about {due}"
        write = f"{where}/version-{due}.md" if names else f"a heading with {due} into {where}"
        raise Refused(f"{what}.", hint=f"Write {write}, and commit it; a date may follow later")
    return found.strip()


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
