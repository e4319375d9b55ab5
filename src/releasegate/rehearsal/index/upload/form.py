"""Reads the upload form: the fields about the file, and the core metadata that the client sent along.

The form's field names are those of the "legacy" upload API, the metadata's rules those of ``packaging.metadata``
with what PyPI adds to them (``core/dists/index_rules.py``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from packaging.metadata import InvalidMetadata, Metadata, RawMetadata
from packaging.utils import canonicalize_name

from releasegate.core.dists.index_rules import metadata_problems
from releasegate.rehearsal.index.upload.model import ReceivedUpload, UploadRefusal, bad_request

EXTENSIONS: Mapping[str, frozenset[str]] = {
    "sdist": frozenset({".tar.gz", ".zip"}),
    "bdist_wheel": frozenset({".whl"}),
}

_SHOWN = 60
_REQUIRED = "This field is required."
_NAME = re.compile(r"([A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])", re.IGNORECASE | re.ASCII)
_DIGESTS = ("md5", "sha256", "blake2_256")
_HEX = re.compile(r"[0-9a-f]{64}")
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
    "import_name": "import_names",
    "import_namespace": "import_namespaces",
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
    digests = {name: upload.field(f"{name}_digest").lower() for name in _DIGESTS if upload.field(f"{name}_digest")}
    filetype = upload.field("filetype")
    pyversion = upload.field("pyversion") or ("source" if filetype == "sdist" else "")
    refusal = (
        _bad_name(upload.field("name"))
        or _bad_digest("blake2_256", "BLAKE2", digests)
        or _bad_filetype(filetype)
        or _bad_digest("sha256", "SHA256", digests)
        or _bad_pyversion(filetype, pyversion)
    )
    if refusal:
        return refusal
    if not digests:
        return bad_request("Error: Include at least one message digest.")
    metadata = _read_metadata(upload.fields)
    return metadata if isinstance(metadata, UploadRefusal) else Form(filetype, pyversion, digests, metadata)


def _bad_name(name: str) -> UploadRefusal | None:
    if _NAME.fullmatch(name):
        return None
    shown = name if len(name) <= _SHOWN else f"{name[:30]}...{name[-30:]}"
    why = "Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'."
    return bad_request(f"{shown!r} is an invalid value for Name. Error: {why if name else _REQUIRED}")


def _bad_filetype(filetype: str) -> UploadRefusal | None:
    if filetype in EXTENSIONS:
        return None
    return _invalid("filetype", "Use a known file type." if filetype else _REQUIRED)


def _bad_pyversion(filetype: str, pyversion: str) -> UploadRefusal | None:
    if filetype == "sdist" and pyversion != "source":
        return _invalid("pyversion", "Use 'source' as Python version for an sdist.")
    if not pyversion:
        return _invalid("pyversion", "Python version is required for binary distribution uploads.")
    return None


def _bad_digest(name: str, shown: str, digests: Mapping[str, str]) -> UploadRefusal | None:
    """Refuse a digest of another form; of MD5 the form is not looked at."""
    if name not in digests or _HEX.fullmatch(digests[name]):
        return None
    return _invalid(f"{name}_digest", f"Use a valid, hex-encoded, {shown} message digest.")


def _invalid(field: str, error: str) -> UploadRefusal:
    return bad_request(f"Invalid value for {field}. Error: {error}")


def _read_metadata(fields: Mapping[str, tuple[str, ...]]) -> Metadata | UploadRefusal:
    try:
        metadata = Metadata.from_raw(cast("RawMetadata", _raw(fields)))
    except ExceptionGroup as group:
        return _first([error for error in group.exceptions if isinstance(error, InvalidMetadata)])
    problems = [InvalidMetadata(problem.field, problem.sentence) for problem in metadata_problems(metadata)]
    return _first(problems) if problems else metadata


def _raw(fields: Mapping[str, tuple[str, ...]]) -> dict[str, object]:
    """Return the form's metadata by the names of ``packaging.metadata``; an empty field is as good as none.

    Raises:
        ExceptionGroup: a field, or the label of an address, is there more often than it may be.
    """
    sent = {name: values for name, values in fields.items() if values != ("",)}
    urls = [tuple(part.strip() for part in url.partition(",")[::2]) for url in sent.get("project_urls", ())]
    often = [name for name in (*_SINGLE, "keywords") if len(sent.get(name, ())) > 1]
    if len({label for label, _ in urls}) < len(urls):
        often.append("project_urls")
    if often:
        raise ExceptionGroup("unparsed", [InvalidMetadata(name, f"{name!r} has invalid data") for name in often])
    raw: dict[str, object] = {name: sent[name][0] for name in _SINGLE if name in sent}
    raw |= {plural: list(sent[name]) for name, plural in _LISTS.items() if name in sent}
    if "keywords" in sent:
        raw["keywords"] = [word.strip() for word in sent["keywords"][0].split(",")]
    if urls:
        raw["project_urls"] = dict(cast("list[tuple[str, str]]", urls))
    return raw


def _first(errors: list[InvalidMetadata]) -> UploadRefusal:
    """Return the refusal for the error that a person should be told first."""
    rank = {field: place for place, field in enumerate(_TOLD_FIRST)}
    error = min(errors, key=lambda e: (rank.get(e.field, len(rank)), e.field))
    local = "use of local versions" in str(error)
    page = "version specifiers' local version identifiers" if local else "core metadata specification"
    return bad_request(f"{str(error).rstrip('.')}. See the {page} for more information.")
