"""What a simple page says (PEP 503, 658, 691, 700), as JSON and as HTML.

Nothing that an index answers is believed before it was looked at: what is missing is missing, what is no simple
page is an error of the index, and a file name is a name and never a path.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from packaging.utils import canonicalize_name
from packaging.version import Version

from releasegate.adapters.index.addresses import is_web_address
from releasegate.adapters.index.get import Response
from releasegate.core.frozen import dataclass
from releasegate.core.release.versions import parse_version

if TYPE_CHECKING:
    from pypi_simple import DistributionPackage

    from releasegate.ports import IndexFile

JSON_PAGE = "application/vnd.pypi.simple.v1+json"
HTML_PAGES = ("application/vnd.pypi.simple.v1+html", "text/html")
ACCEPTED = f"{JSON_PAGE}, {HTML_PAGES[0]};q=0.5, {HTML_PAGES[1]};q=0.01"
"""JSON, and HTML from an index that has no JSON. What reads an answer is loaded when there is one."""
SHA256 = re.compile("[0-9a-f]{64}")
_WHOLE = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?/[A-Za-z0-9._~/+%=&?#!-]*")
"""An address that needs no other to be one, and is none but a web address."""
_ENDS = r"-.+-.+-.+\.whl|\.tar\.gz|\.zip|\.win(?:32|-amd64)-py[0-9.]+\.exe"
_OF_ONE_WORD = rf"{_ENDS}|-py[0-9.]+\.egg"
"""In an egg's name, what stands before the first dash is the project."""
_FORMAT = (0, 1)
"""The newest version of the format that is read: epoch and major number."""
_FOR_PEOPLE = re.compile(
    rb"<(?:form|input|script)\b|http-equiv=[\"']?refresh|\b(?:log|sign)[ -]?(?:in|on)\b|\bpassword\b|\bauthenticat"
    rb"|\b(?:denied|forbidden|maintenance|unavailable)\b",
    re.IGNORECASE,
)
_OF_LINKS = re.compile(rb"\blinks for\b|pypi:repository-version", re.IGNORECASE)
"""What stands before an index asks who reads, with 200; the page of one that lists nothing says what it would list."""
UNREADABLE = (
    ValueError,  # also malformed JSON, an invalid version
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
    kind = answer.content_type.partition(";")[0].strip().lower()
    if kind in (JSON_PAGE, "application/json"):
        return _json_page(json.loads(answer.body), project, base=answer.url)
    if kind not in HTML_PAGES:
        raise ValueError(kind)
    return _html_page(answer, project)


def versions_in_names(project: str) -> Callable[[str], Version | None]:
    """Return what reads the version in the name of a file of *project*; ``None`` where it finds none.

    Wheels and sdists, named as everybody names them, are read here, and what old projects have beside them. What knows
    all other names (pypi-simple, with pydantic and BeautifulSoup) takes as long to load as an upload takes.
    """
    words = canonicalize_name(project).split("-")
    name, ends = "[-_.]+".join(map(re.escape, words)), _OF_ONE_WORD if len(words) == 1 else _ENDS
    # Where a platform or a local version may follow, the name is left to what knows them all.
    usual = re.compile(rf"{name}-([a-z0-9_.!]+(?:-[0-9]+(?=\.tar\.gz))?)(?:{ends})", re.IGNORECASE)

    def version(filename: str) -> Version | None:
        named = usual.fullmatch(filename)
        found = parse_version(named[1]) if named is not None else None
        return found or _unusual(filename, project)

    return version


def _unusual(filename: str, project: str) -> Version | None:
    from pypi_simple import UnparsableFilenameError, parse_filename

    try:
        return parse_version(parse_filename(filename, project)[1])
    except UnparsableFilenameError:
        return None


def _json_page(body: Any, project: str, *, base: str) -> Page:
    """Return what a page of JSON says.

    ``hashes`` may be missing or null, numbers may be texts and texts numbers, as mirrors have them. Nothing else in it
    than what is read can be wrong.
    """
    declared = Version(str((body.get("meta") or {}).get("api-version", "1.0")))
    # A newer minor version of the format is readable.
    if (declared.epoch, declared.major) > _FORMAT:
        raise ValueError(f"version {declared} of the format")
    version = versions_in_names(project)
    files = (_json_file(file, base, version) for file in body["files"] if _is_name(file["filename"]))
    return Page(tuple(files), tuple(str(each) for each in body.get("versions") or []))


def _json_file(file: Any, base: str, version: Callable[[str], Version | None]) -> IndexFile:
    from releasegate.ports import IndexFile

    filename, url = file["filename"], file["url"]
    hashes, yanked = file.get("hashes") or {}, file.get("yanked") or False
    told = [filename, url, *hashes.keys(), *hashes.values()]
    if not all(isinstance(each, str) for each in told) or not isinstance(yanked, bool | str):
        raise TypeError(filename)
    size, provenance = file.get("size"), file.get("provenance")
    beside = file.get("core-metadata", file.get("data-dist-info-metadata"))
    return IndexFile(
        filename,
        url if _WHOLE.fullmatch(url) else _address(urljoin(base, url)),
        version(filename),
        _sha256(hashes),
        # A reason may be empty in HTML alone.
        bool(yanked),
        provenance if is_web_address(str(provenance)) else None,
        size=int(size) if isinstance(size, int | str) and str(size).isascii() and str(size).isdecimal() else None,
        uploaded=_moment(str(file.get("upload-time"))),
        metadata=_metadata(beside),
    )


def _html_page(answer: Response, project: str) -> Page:
    from pypi_simple import ProjectPage, UnsupportedRepoVersionError

    with warnings.catch_warnings():
        # A newer minor version of the format is readable, and what BeautifulSoup finds odd may be right.
        warnings.simplefilter("ignore")
        try:
            page = ProjectPage.from_html(project, answer.body, answer.url)
        except UnsupportedRepoVersionError as error:
            raise ValueError(str(error)) from error
    if page.packages and all(package.version is None for package in page.packages):
        raise ValueError("links, but none to a distribution")
    if not page.packages and _FOR_PEOPLE.search(answer.body) and not _OF_LINKS.search(answer.body):
        raise ValueError("a page for people")
    files = tuple(_html_file(package) for package in page.packages if _is_name(package.filename))
    return Page(files, tuple(page.versions or ()))


def _html_file(package: DistributionPackage) -> IndexFile:
    from releasegate.ports import IndexFile

    provenance = package.provenance_url
    return IndexFile(
        package.filename,
        _address(package.url),
        parse_version(package.version),
        _sha256(package.digests),
        package.is_yanked,
        provenance if provenance is not None and is_web_address(provenance) else None,
        metadata=_metadata(package.metadata_digests or package.has_metadata),
    )


def _is_name(filename: str) -> bool:
    """Whether *filename* can be a file's name on any system: no separator, no drive, nothing unprintable."""
    return (
        0 < len(filename) <= 255  # noqa: PLR2004 - NAME_MAX
        and filename not in (".", "..")
        and filename.isprintable()
        and not set(filename) & set("/\\:")
    )


def _address(url: str) -> str:
    if not is_web_address(url):
        raise ValueError(url)
    return url


def _sha256(hashes: Mapping[str, str]) -> str | None:
    sha256 = hashes.get("sha256", "").lower() or None
    if sha256 is not None and not SHA256.fullmatch(sha256):
        raise ValueError(sha256)
    return sha256


def _metadata(beside: Any) -> str | None:
    """Return the sha256 of the core metadata that lies beside the file, empty if it is not told; ``None`` for none."""
    if beside is True:
        return ""
    if not beside or not isinstance(beside, dict) or not all(isinstance(each, str) for each in beside.values()):
        return None
    told = beside.get("sha256", "").lower()
    return told if SHA256.fullmatch(told) else ""


def _moment(text: str) -> str | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
