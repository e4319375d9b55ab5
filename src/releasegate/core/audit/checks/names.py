"""A build is what it should be by name: its files, its metadata and its code say one name and one version.

Formats: PEP 427 and PEP 625 file names.
"""

from __future__ import annotations

from packaging.specifiers import SpecifierSet
from packaging.tags import parse_tag
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from releasegate.core.audit.subject import Subject
from releasegate.core.config.version_file_types import PythonVersionFile
from releasegate.core.dists.wheel import as_sent, dist_info, identity, member, sdist_metadata, wheel_metadata
from releasegate.core.version_files.occurrences import find

_UNCLEAN = (
    "where a tag says the version, a build that finds changed or unknown files makes another. What it writes must be "
    "ignored by Git (.gitignore) and not tracked (git rm --cached FILE)"
)


def file_names(subject: Subject) -> tuple[str, ...]:
    """Both file names parse and carry the package's name and the exact version; the sdist's is PEP 625's form."""
    version = subject.version
    problems = []
    wheel, sdist = subject.wheel.filename, subject.sdist.filename
    try:
        name, stated = parse_wheel_filename(wheel)[:2]
        if (name, str(stated)) != (subject.package.name, str(version)):
            why = f": {_UNCLEAN}" if subject.package.version_from_tag else ""
            problems.append(f"{wheel} is not named for {subject.package.name} {version}{why}.")
    except ValueError as error:  # also a version of thousands of digits, which is no InvalidWheelFilename
        problems.append(f"{wheel} is no wheel's file name: {error}.")
    stem = f"{subject.package.name.replace('-', '_')}-{version}"
    try:
        parse_sdist_filename(sdist)
        if sdist != f"{stem}.tar.gz":
            problems.append(f"{sdist} must be named {stem}.tar.gz.")
    except ValueError as error:
        problems.append(f"{sdist} is no sdist's file name: {error}.")
    if subject.sdist.folder != stem:
        problems.append(f"The folder in {sdist} must be named {stem}, not {subject.sdist.folder}.")
    return tuple(problems)


def wheel_layout(subject: Subject) -> tuple[str, ...]:
    """The wheel's own folder carries name and version, and its WHEEL file the tags of the file name."""
    wheel, folder = subject.wheel, dist_info(subject.wheel)
    problems = []
    name, _, version = folder.removesuffix(".dist-info").partition("-")
    if (canonicalize_name(name), version) != (subject.package.name, str(subject.version)):
        problems.append(f"{folder} is not named for {subject.package.name} {subject.version}.")
    lines = member(wheel, f"{folder}/WHEEL").decode(errors="replace").splitlines()
    fields = [(key.strip(), value.strip()) for key, _, value in (line.partition(":") for line in lines)]
    if not any(key == "Wheel-Version" and value.startswith("1.") for key, value in fields):
        problems.append(f"{folder}/WHEEL does not state a Wheel-Version 1.x.")
    stated = {tag for key, value in fields if key == "Tag" for tag in _tags(value)}
    expected = "-".join(wheel.filename.removesuffix(".whl").split("-")[-3:])
    if stated != _tags(expected):
        problems.append(f"{folder}/WHEEL states the tags {', '.join(sorted(stated)) or '(none)'}, not {expected}.")
    return tuple(problems)


def metadata(subject: Subject) -> tuple[str, ...]:
    """Both metadata files are valid, state the name and the version, and agree on Requires-Python."""
    problems = []
    stated = {}
    for archive, content in (
        (subject.wheel, wheel_metadata(subject.wheel)),
        (subject.sdist, sdist_metadata(subject.sdist)),
    ):
        problems += [f"The metadata of {archive.filename}: {flaw}." for flaw in _flaws(content)]
        said = stated[archive.filename] = identity(content, where=archive.filename)
        if said.name != subject.package.name:
            problems.append(f"The metadata of {archive.filename} names {said.name}, not {subject.package.name}.")
        if said.version != str(subject.version):
            problems.append(f"The metadata of {archive.filename} states {said.version}, not {subject.version}.")
    pythons = {said.requires_python for said in stated.values()}
    if len(pythons) > 1:
        problems.append(f"Wheel and sdist disagree on Requires-Python: {' and '.join(sorted(map(repr, pythons)))}.")
    for python in subject.package.pythons:
        refusing = [p for p in pythons if not SpecifierSet(p).contains(f"{python}.99")]
        problems += [f"Python {python} is configured, but Requires-Python is {p!r}." for p in refusing]
    return tuple(problems)


def stated_versions(subject: Subject) -> tuple[str, ...]:
    """Every version file, where the wheel or the sdist holds it, states the release's."""
    problems = []
    for version_file in subject.package.version_files:
        path = version_file.path.as_posix()
        in_wheel = sorted({path, path.removeprefix("src/")}) if isinstance(version_file, PythonVersionFile) else []
        for archive, where in [(subject.sdist, path), *((subject.wheel, p) for p in in_wheel)]:
            if where not in archive:
                continue
            seen = find(version_file, archive[where], package=subject.package.name)
            if seen.version != str(subject.version):
                at = f"{where}:{seen.line} in {archive.filename}"
                problems.append(f"{at} states {seen.version}, not {subject.version}.")
    return tuple(problems)


def _tags(text: str) -> set[str]:
    """Return the single tags of a set of tags (``py2.py3-none-any`` is two); a text that is none stands for itself."""
    try:
        return {str(tag) for tag in parse_tag(text)}
    except ValueError:
        return {text}


def _flaws(content: bytes) -> tuple[str, ...]:
    """Return what is invalid in core metadata; what only a newer version of the format knows is no flaw."""
    from packaging.metadata import Metadata, parse_email

    stated = parse_email(content)[0].get("metadata_version")
    try:
        Metadata.from_email(as_sent(content), validate=True)
    except ExceptionGroup as group:
        newer = stated is not None and any(getattr(e, "field", "") == "metadata-version" for e in group.exceptions)
        return () if newer else tuple(str(error) for error in group.exceptions)
    except ValueError as error:  # a version of thousands of digits: packaging does not gather this one
        return (str(error),)
    return ()
