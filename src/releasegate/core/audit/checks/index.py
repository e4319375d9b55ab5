"""What PyPI would refuse of a build is known before its number is consumed."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.utils import parse_wheel_filename

from releasegate.core.audit.problem import Problem
from releasegate.core.audit.project_table import refusal, refused_name
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.archive import Members
from releasegate.core.dists.file_rules import FILE_SIZE, entry_points_taken, platform_taken
from releasegate.core.dists.index_rules import metadata_problems
from releasegate.core.dists.wheel import as_sent, dist_info, sdist_metadata, wheel_metadata

Refusal = tuple[str, str]
"""A field or another part of the build, and the sentence in which PyPI refuses it."""


def refused(subject: Subject) -> tuple[Problem, ...]:
    """No rule of PyPI speaks against the metadata, the files or, for a first release, the name.

    An index of one's own may take what PyPI refuses: then an exemption says so.
    """
    folder = dist_info(subject.wheel)
    refusals = [
        *_fields(subject.wheel, wheel_metadata(subject.wheel), licences=f"{folder}/licenses/"),
        *_fields(subject.sdist, sdist_metadata(subject.sdist), licences=""),
        *_files(subject),
    ]
    if not entry_points_taken(subject.wheel.get(f"{folder}/entry_points.txt", b"")):
        refusals.append(("entry-points", "They cannot be parsed, or a command has a name that no command can have."))
    # The wheel's metadata and the sdist's say mostly the same.
    found = tuple(refusal(part, sentence) for part, sentence in dict.fromkeys(refusals))
    if subject.previous is not None:
        return found
    return found + refused_name(subject.package.name, standard_library=subject.standard_library)


def _fields(archive: Members, content: bytes, *, licences: str) -> Iterator[Refusal]:
    from packaging.metadata import Metadata

    try:
        metadata = Metadata.from_email(as_sent(content), validate=True)
    except (ExceptionGroup, ValueError):
        return  # the check of the metadata tells what is wrong
    for problem in metadata_problems(metadata):
        # A local version stands between two releases: none is made of it, whatever it is aimed at.
        if problem.field != "version":
            yield problem.field, problem.sentence
    for name in metadata.license_files or ():
        if f"{licences}{name}" not in archive:
            yield "license-file", f"{name} is named, but {archive.filename} has no {licences}{name}."


def _files(subject: Subject) -> Iterator[Refusal]:
    for name, size in sorted(subject.sizes.items()):
        if size > FILE_SIZE:
            yield "size", f"{name} has {size} bytes, and a file may have {FILE_SIZE}."
    try:
        tags = parse_wheel_filename(subject.wheel.filename)[3]
    except ValueError:
        return  # the check of the names tells
    for platform in sorted({tag.platform for tag in tags}):
        if not platform_taken(platform):
            yield "platform", f"{platform} is none that it takes; repair the wheel with auditwheel or delocate."
