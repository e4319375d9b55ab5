"""What a simple page says (PEP 503, 658, 691, 700), as JSON and as HTML.

Nothing that an index answers is believed before it was looked at: what is missing is missing, what is no simple
page is an error of the index, and a file name is a name and never a path.
"""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from releasegate.adapters.index.addresses import is_web_address
from releasegate.adapters.index.get import Response
from releasegate.core.release.versions import parse_version

if TYPE_CHECKING:
    from pypi_simple import DistributionPackage, ProjectPage

    from releasegate.ports import IndexFile

JSON_PAGE = "application/vnd.pypi.simple.v1+json"
HTML_PAGES = ("application/vnd.pypi.simple.v1+html", "text/html")
ACCEPTED = f"{JSON_PAGE}, {HTML_PAGES[0]};q=0.5, {HTML_PAGES[1]};q=0.01"
"""JSON, and HTML from an index that has no JSON. What reads an answer is loaded when there is one."""
SHA256 = re.compile("[0-9a-f]{64}")
UNREADABLE = (
    ValueError,  # also malformed JSON, pydantic's ValidationError, an invalid version
    TypeError,
    KeyError,
    AttributeError,
    AssertionError,  # pypi-simple's, for an HTML attribute of another kind
    RecursionError,
)


@dataclass(frozen=True)
class Page:
    """The files and the versions that a project's page lists."""

    files: tuple[IndexFile, ...] = ()
    versions: tuple[str, ...] = ()


def read_page(answer: Response, project: str) -> Page:
    """Return what the page says; raises one of ``UNREADABLE`` for what is no simple page of *project*."""
    page = _parsed(answer, project)
    files = tuple(_file(package) for package in page.packages if _is_name(package.filename))
    return Page(files, tuple(page.versions or ()))


def _parsed(answer: Response, project: str) -> ProjectPage:
    from pypi_simple import ProjectPage, UnsupportedRepoVersionError

    kind = answer.content_type.partition(";")[0].strip().lower()
    with warnings.catch_warnings():
        # A newer minor version of the format is readable, and what BeautifulSoup finds odd may be right.
        warnings.simplefilter("ignore")
        try:
            if kind in (JSON_PAGE, "application/json"):
                return ProjectPage.from_json_data(_reduced(json.loads(answer.body), project), answer.url)
            if kind not in HTML_PAGES:
                raise ValueError(kind)
            page = ProjectPage.from_html(project, answer.body, answer.url)
        except UnsupportedRepoVersionError as error:
            raise ValueError(str(error)) from error
    if page.packages and all(package.version is None for package in page.packages):
        raise ValueError("links, but none to a distribution")
    return page


def _reduced(body: Any, project: str) -> dict[str, Any]:
    """Return the part of a JSON page that is read here, so that nothing else in it can be wrong.

    ``hashes`` may be missing or null, numbers may be texts and texts numbers, as mirrors have them.
    """
    files = [
        {
            "filename": file["filename"],
            "url": file["url"],
            "hashes": file.get("hashes") or {},
            "yanked": file.get("yanked") or False,
            "provenance": file["provenance"] if is_web_address(str(file.get("provenance"))) else None,
            **_sound(file),
        }
        for file in body["files"]
    ]
    version = str((body.get("meta") or {}).get("api-version", "1.0"))
    versions = [str(version) for version in body.get("versions") or []]
    return {"name": project, "meta": {"api-version": version}, "files": files, "versions": versions}


def _sound(file: dict[str, Any]) -> dict[str, Any]:
    """Return the size, the core metadata and the time of upload, where they are what they should be."""
    size, uploaded = file.get("size"), file.get("upload-time")
    beside = file.get("core-metadata", file.get("data-dist-info-metadata"))
    hashes = beside if isinstance(beside, dict) and all(isinstance(v, str) for v in beside.values()) else None
    found: dict[str, Any] = {"core-metadata": hashes or beside is True}
    if isinstance(size, int | str) and str(size).isascii() and str(size).isdecimal():
        found["size"] = int(size)
    try:
        found["upload-time"] = datetime.fromisoformat(str(uploaded)).isoformat()
    except ValueError:
        return found
    return found


def _is_name(filename: str) -> bool:
    """Whether *filename* can be a file's name on any system: no separator, no drive, nothing unprintable."""
    return (
        0 < len(filename) <= 255  # noqa: PLR2004 - NAME_MAX
        and filename not in (".", "..")
        and filename.isprintable()
        and not set(filename) & set("/\\:")
    )


def _file(package: DistributionPackage) -> IndexFile:
    from releasegate.ports import IndexFile

    if not is_web_address(package.url):
        raise ValueError(package.url)
    sha256 = package.digests.get("sha256", "").lower() or None
    if sha256 is not None and not SHA256.fullmatch(sha256):
        raise ValueError(sha256)
    provenance = package.provenance_url
    return IndexFile(
        package.filename,
        package.url,
        parse_version(package.version),
        sha256,
        package.is_yanked,
        provenance if provenance is not None and is_web_address(provenance) else None,
        size=package.size,
        uploaded=None if package.upload_time is None else _utc(package.upload_time),
        metadata=_metadata(package),
    )


def _metadata(package: DistributionPackage) -> str | None:
    """Return the sha256 of the core metadata that lies beside the file, empty if it is not told; ``None`` for none."""
    if not package.has_metadata:
        return None
    told = (package.metadata_digests or {}).get("sha256", "").lower()
    return told if SHA256.fullmatch(told) else ""


def _utc(moment: datetime) -> str:
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat()
