"""Reads the upload form: the fields about the file, and the core metadata that the client sent along.

The form's field names are those of the "legacy" upload API, the metadata's rules those of ``packaging.metadata``
with what PyPI adds to them. Classifiers are not compared with the list of known ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from packaging.metadata import InvalidMetadata, Metadata, RawMetadata
from packaging.utils import canonicalize_name

from releasegate.rehearsal.index.upload.model import ReceivedUpload, UploadRefusal, bad_request

EXTENSIONS: Mapping[str, frozenset[str]] = {
    "sdist": frozenset({".tar.gz", ".zip"}),
    "bdist_wheel": frozenset({".whl"}),
}
METADATA_VERSIONS = frozenset({"1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5"})

_SUMMARY_LENGTH = 512
_SHOWN = 60
_NAME = re.compile(r"([A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])", re.IGNORECASE | re.ASCII)
_HEX_DIGITS = {"md5": 32, "sha256": 64, "blake2_256": 64}
_SINGLE = (
    "metadata_version",
    "name",
    "version",
    "summary",
    "description",
    "home_page",
    "author",
    "author_email",
    "license",
    "download_url",
    "maintainer",
    "maintainer_email",
    "requires_python",
    "description_content_type",
    "license_expression",
)
_LISTS = {
    "platform": "platforms",
    "supported_platform": "supported_platforms",
    "license_file": "license_files",
    **{
        name: name
        for name in (
            "classifiers",
            "requires",
            "provides",
            "obsoletes",
            "requires_dist",
            "provides_dist",
            "obsoletes_dist",
            "requires_external",
            "provides_extra",
            "dynamic",
        )
    },
}
_TOLD_FIRST = ("metadata-version", "name", "version")


@dataclass(frozen=True)
class Form:
    """A form that can be understood; ``digests`` are lower-case hexadecimal by algorithm, at least one."""

    filetype: str
    pyversion: str
    digests: Mapping[str, str]
    metadata: Metadata

    @property
    def name(self) -> str:
        """The project's name as the client spells it."""
        return self.metadata.name

    @property
    def normalized(self) -> str:
        """The project's normalized name."""
        return canonicalize_name(self.metadata.name)

    @property
    def version(self) -> str:
        """The version in its normal spelling."""
        return str(self.metadata.version)


def read_form(upload: ReceivedUpload) -> Form | UploadRefusal:
    """Return the upload's form, or the refusal that names the first bad field."""
    digests = {name: upload.field(f"{name}_digest").lower() for name in _HEX_DIGITS if upload.field(f"{name}_digest")}
    filetype = upload.field("filetype")
    pyversion = upload.field("pyversion", "source" if filetype == "sdist" else "")
    refusal = _bad_name(upload.field("name")) or _bad_file_field(filetype, pyversion) or _bad_digest(digests)
    if refusal:
        return refusal
    metadata = _read_metadata(upload.fields)
    return metadata if isinstance(metadata, UploadRefusal) else Form(filetype, pyversion, digests, metadata)


def _bad_name(name: str) -> UploadRefusal | None:
    if _NAME.fullmatch(name):
        return None
    shown = name if len(name) <= _SHOWN else f"{name[:30]}...{name[-30:]}"
    return bad_request(
        f"{shown!r} is an invalid value for Name. Error: Start and end with a letter or numeral containing "
        "only ASCII numeric and '.', '_' and '-'."
    )


def _bad_file_field(filetype: str, pyversion: str) -> UploadRefusal | None:
    if filetype not in EXTENSIONS:
        return _invalid("filetype", "Use a known file type.")
    if filetype == "sdist" and pyversion != "source":
        return _invalid("pyversion", "Use 'source' as Python version for an sdist.")
    if not pyversion:
        return _invalid("pyversion", "Python version is required for binary distribution uploads.")
    return None


def _bad_digest(digests: Mapping[str, str]) -> UploadRefusal | None:
    for name, digest in digests.items():
        if not re.fullmatch(rf"[0-9a-f]{{{_HEX_DIGITS[name]}}}", digest):
            return _invalid(f"{name}_digest", f"Use a valid, hex-encoded, {name} message digest.")
    return None if digests else bad_request("Error: Include at least one message digest.")


def _invalid(field: str, error: str) -> UploadRefusal:
    return bad_request(f"Invalid value for {field}. Error: {error}")


def _read_metadata(fields: Mapping[str, tuple[str, ...]]) -> Metadata | UploadRefusal:
    raw: dict[str, object] = {}
    for name in _SINGLE:
        values = fields.get(name, ())
        if len(values) > 1:
            return _see_core_metadata(f"{name!r} has invalid data")
        if values:
            raw[name] = values[0]
    for name, plural in _LISTS.items():
        if name in fields:
            raw[plural] = list(fields[name])
    if "keywords" in fields:
        raw["keywords"] = [word.strip() for word in ",".join(fields["keywords"]).split(",")]
    if "project_urls" in fields:
        pairs = [tuple(part.strip() for part in url.partition(",")[::2]) for url in fields["project_urls"]]
        raw["project_urls"] = dict(cast("list[tuple[str, str]]", pairs))
    try:
        metadata = Metadata.from_raw(cast("RawMetadata", raw))
    except ExceptionGroup as group:
        return _first([error for error in group.exceptions if isinstance(error, InvalidMetadata)])
    problems = _what_the_index_adds(metadata)
    return _first(problems) if problems else metadata


def _what_the_index_adds(metadata: Metadata) -> list[InvalidMetadata]:
    """Return what is wrong by the index's own rules in metadata that is valid by the specification."""
    errors: list[InvalidMetadata] = []
    if metadata.metadata_version not in METADATA_VERSIONS:
        error = f"{metadata.metadata_version!r} is not a valid metadata version"
        errors.append(InvalidMetadata("metadata-version", error))
    if metadata.version.local:
        error = f"The use of local versions in {metadata.version!r} is not allowed."
        errors.append(InvalidMetadata("version", error))
    if len(metadata.summary or "") > _SUMMARY_LENGTH:
        error = f"'summary' field must be {_SUMMARY_LENGTH} characters or less."
        errors.append(InvalidMetadata("summary", error))
    errors.extend(
        InvalidMetadata("requires-dist", f"Can't have direct dependency for 'requires-dist': {requirement}")
        for requirement in metadata.requires_dist or ()
        if requirement.url is not None
    )
    for label, url in (metadata.project_urls or {}).items():
        if not label or not url:
            errors.append(InvalidMetadata("project-url", "'project-url' must have a label and a URL"))
    return errors


def _first(errors: list[InvalidMetadata]) -> UploadRefusal:
    """Return the refusal for the error that a person should be told first."""
    rank = {field: place for place, field in enumerate(_TOLD_FIRST)}
    error = min(errors, key=lambda e: (rank.get(e.field, len(rank)), e.field))
    named = error.field in str(error) or error.field.replace("-", " ") in str(error)
    return _see_core_metadata(str(error) if named else f"{error.field}: {error}")


def _see_core_metadata(message: str) -> UploadRefusal:
    return bad_request(f"{message.rstrip('.')}. See the core metadata specification for more information.")
