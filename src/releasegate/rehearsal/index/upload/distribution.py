"""Whether an uploaded file is the distribution that its form says: name, members and metadata agree."""

from __future__ import annotations

from collections.abc import Callable

from packaging.metadata import parse_email
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from releasegate.core.dists.file_rules import entry_points_taken, platform_taken
from releasegate.core.dists.index_rules import METADATA_VERSIONS
from releasegate.core.release.versions import parse_version
from releasegate.rehearsal.index.upload.form import Form
from releasegate.rehearsal.index.upload.members import Contents, Unreadable
from releasegate.rehearsal.index.upload.model import UploadedFile, UploadRefusal, bad_request


def main_member(form: Form, contents: Contents) -> UploadRefusal | None:
    """Refuse an archive that lacks the member that makes it a distribution."""
    needed = f"{contents.root}/{'WHEEL' if form.filetype == 'bdist_wheel' else 'PKG-INFO'}"
    if needed not in contents.members:
        return bad_request(f"Invalid distribution file. {needed.rpartition('/')[2]} not found at {needed}")
    return None


def sdist_name(form: Form, contents: Contents) -> UploadRefusal | None:
    """Refuse an sdist whose name is not the normalized one (PEP 625)."""
    if form.filetype != "sdist":
        return None
    start = form.normalized.replace("-", "_")
    try:
        parse_sdist_filename(contents.filename)
    except InvalidSdistFilename:
        return bad_request(f"Invalid source distribution filename: {contents.filename}")
    if canonicalize_name(contents.filename.rpartition("-")[0]) != form.normalized:
        return bad_request(f"Start filename for {form.name!r} with {start!r}.")
    expected = f"{start}-{form.version}.tar.gz"
    if contents.filename != expected:
        return bad_request(f"Filename {contents.filename!r} is invalid, should be {expected!r}.")
    return None


def wheel_platform(form: Form, contents: Contents) -> UploadRefusal | None:
    """Refuse a wheel whose name is none, or is for a platform that PyPI does not take."""
    if form.filetype != "bdist_wheel":
        return None
    try:
        tags = parse_wheel_filename(contents.filename)[3]
    except InvalidWheelFilename as error:
        return bad_request(str(error))
    for platform in sorted(tag.platform for tag in tags):
        if not platform_taken(platform):
            return bad_request(f"Binary wheel '{contents.filename}' has an unsupported platform tag '{platform}'.")
    return None


def wheel_name(form: Form, contents: Contents) -> UploadRefusal | None:
    """Refuse a wheel whose name is not of this project, normalized, and of this version."""
    if form.filetype != "bdist_wheel":
        return None
    name, version, *_ = parse_wheel_filename(contents.filename)
    start, given = form.normalized.replace("-", "_"), contents.filename.partition("-")[0]
    if name != form.normalized:
        return bad_request(f"Start filename for {form.name!r} with {start!r}.")
    if given != start:
        return bad_request(
            f"Filename {contents.filename!r} should contain the normalized project name {start!r}, not {given!r}."
        )
    if version != form.metadata.version:
        return bad_request(f"Version in filename should be {form.version!r} not {str(version)!r}.")
    return None


def licence_files(form: Form, contents: Contents) -> UploadRefusal | None:
    """Refuse a file in which a licence file that its metadata names is missing (PEP 639)."""
    folder = f"{contents.root}/licenses" if form.filetype == "bdist_wheel" else contents.root
    for name in form.metadata.license_files or ():
        if f"{folder}/{name}" not in contents.members:
            return bad_request(
                f"License-File {name} does not exist in distribution file {contents.filename} at {folder}/{name}"
            )
    return None


def record(form: Form, contents: Contents) -> UploadRefusal | None:
    """Refuse a wheel without its ``RECORD``; what stands in it is not looked at."""
    return _needed_in_wheel("RECORD", form, contents)


def wheel_metadata(form: Form, contents: Contents) -> UploadRefusal | None:
    """Refuse a wheel without its ``METADATA``."""
    return _needed_in_wheel("METADATA", form, contents)


def _needed_in_wheel(member: str, form: Form, contents: Contents) -> UploadRefusal | None:
    path = f"{contents.root}/{member}"
    if form.filetype != "bdist_wheel" or path in contents.members:
        return None
    return bad_request(f"Wheel '{contents.filename}' does not contain the required {member} file: {path}")


def entry_points(form: Form, contents: Contents) -> UploadRefusal | None:
    """Refuse a wheel whose ``entry_points.txt`` cannot be parsed, or names a command as no command can be named."""
    if form.filetype != "bdist_wheel" or entry_points_taken(contents.entry_points or b""):
        return None
    return bad_request(f"Wheel '{contents.filename}' has invalid entry points defined in the entry_points.txt file")


def same_metadata(form: Form, contents: Contents) -> UploadRefusal | None:
    """Refuse a file whose own metadata is not the form's, or is of a version that the index does not know."""
    inside, _ = parse_email(contents.core_metadata or b"")
    if inside.get("metadata_version") not in METADATA_VERSIONS:
        return bad_request(
            f"Invalid distribution file. {inside.get('metadata_version')!r} is not a valid metadata version "
            f"in the metadata of {contents.filename}"
        )
    if canonicalize_name(inside.get("name", "")) != form.normalized:
        return bad_request(
            f"Invalid distribution file. Name is {inside.get('name')!r} in the metadata of {contents.filename}, "
            f"{form.name!r} in the form"
        )
    if parse_version(inside.get("version", "")) != form.metadata.version:
        return bad_request(
            f"Invalid distribution file. Version is {inside.get('version')!r} in the metadata of {contents.filename}, "
            f"{form.version!r} in the form"
        )
    return None


CHECKS: tuple[Callable[[Form, Contents], UploadRefusal | None], ...] = (
    main_member,
    sdist_name,
    wheel_platform,
    wheel_name,
    licence_files,
    record,
    entry_points,
    wheel_metadata,
    same_metadata,
)
"""The checks of the archive, in PyPI's order; each may rely on those before it."""


def look_at_distribution(form: Form, file: UploadedFile) -> UploadRefusal | None:
    """Return the first refusal that the archive earns."""
    if isinstance(file.contents, Unreadable):
        return bad_request(f"Invalid distribution file. {file.contents.reason}")
    answers = (check(form, file.contents) for check in CHECKS)
    return next((answer for answer in answers if answer), None)
