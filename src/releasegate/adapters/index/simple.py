"""Reads what an index holds: the simple pages of PEP 503, 691 and 700, the project JSON API, and the files.

Nothing that an index answers is believed before it was looked at: what is missing is missing, what is no simple
page is an error of the index, and a file name is a name and never a path.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from packaging.utils import canonicalize_name
from packaging.version import Version

from releasegate.adapters.index.addresses import addresses, is_web_address
from releasegate.adapters.index.web import MEBIBYTE, Response, Web
from releasegate.core.config.model import IndexConfig
from releasegate.core.errors import GateFailed, ReleasegateError, Unavailable
from releasegate.core.release.versions import parse_version

if TYPE_CHECKING:
    from pypi_simple import DistributionPackage, ProjectPage

    from releasegate.ports import IndexFile

PAGE_LIMIT = 64 * MEBIBYTE
FILE_LIMIT = 200 * MEBIBYTE
PROVENANCE_LIMIT = 4 * MEBIBYTE
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
class SimplePages:
    """The reading side of an index: ``url`` is where its simple pages are, without a slash at the end."""

    web: Web
    url: str

    def files(self, project: str) -> tuple[IndexFile, ...]:
        """Return every file of the project, yanked ones too; nothing where the project is unknown.

        Raises:
            Unavailable: the index does not answer, or answers something that is no simple page.
        """
        page = self._page(project)
        return () if page is None else page[0]

    def versions(self, project: str) -> tuple[Version, ...]:
        """Return every version that a file, the simple page or the project JSON API tells of.

        Raises:
            Unavailable: the index does not answer, or answers something that is no simple page.
        """
        files, listed = self._page(project) or ((), ())
        named = (file.version for file in files if file.version is not None)
        told = (parse_version(text) for text in (*listed, *self._released(project)))
        return tuple(dict.fromkeys([*named, *(version for version in told if version is not None)]))

    def fetch(self, file: IndexFile) -> bytes:
        """Return a file's bytes, checked against the sha256 that the index lists, if it lists one.

        Raises:
            GateFailed: they are not what the index lists.
            Unavailable: they cannot be had.
        """
        import hashlib

        url = urljoin(f"{self.url}/", file.url)
        if not is_web_address(url):
            raise self._not_served(file)
        answer = self.web.get(url, headers={"Accept-Encoding": "identity"}, limit=FILE_LIMIT)
        if answer.status != 200:  # noqa: PLR2004 - OK
            raise self._not_served(file)
        got = hashlib.sha256(answer.body).hexdigest()
        if file.sha256 is not None and got != file.sha256:
            raise altered(self.web.name, file.filename, details=[f"listed: {file.sha256}", f"served: {got}"])
        return answer.body

    def provenance(self, file: IndexFile) -> bytes | None:
        """Return what the index serves as a file's provenance, ``None`` where it names none.

        Raises:
            Unavailable: it names one and does not serve it.
        """
        if file.provenance is None:
            return None
        answer = self.web.get(file.provenance, headers={"Accept": "application/json"}, limit=PROVENANCE_LIMIT)
        if answer.status != 200:  # noqa: PLR2004 - OK
            raise Unavailable(
                f"The index {self.web.name} names a provenance of {file.filename} but does not serve it.",
                hint="Run the same command again a little later",
            )
        return answer.body

    def _page(self, project: str) -> tuple[tuple[IndexFile, ...], tuple[str, ...]] | None:
        """Return the files and the versions that the project's page lists."""
        address = f"{self.url}/{canonicalize_name(project)}/"
        answer = self.web.own(address, headers={"Accept": ACCEPTED}, limit=PAGE_LIMIT)
        if not self._own(answer):
            if urlsplit(answer.url).hostname == urlsplit(addresses(IndexConfig("pypi")).simple).hostname:
                return None  # as pypiserver does for what it does not hold
            raise Unavailable(
                f"The index {self.web.name} sends readers of {project} to {urlsplit(answer.url).hostname}.",
                hint="Switch the index's fallback off, or configure the address that it points to",
            )
        if answer.status == 404:  # noqa: PLR2004 - not found
            return None
        try:
            page = _parsed(answer, project)
            files = tuple(_file(package) for package in page.packages if _is_name(package.filename))
        except UNREADABLE as error:
            raise Unavailable(
                f"The index {self.web.name} answered something that is no simple page for {project}.",
                hint=f"Check the index's simple address, {self.url}, and open it in a browser",
            ) from error
        return files, tuple(page.versions or ())

    def _released(self, project: str) -> tuple[str, ...]:
        """Return the releases of the project JSON API; only some indexes have one, so its failures say nothing."""
        url = urljoin(self.url, f"/pypi/{canonicalize_name(project)}/json")
        try:
            answer = self.web.own(url, headers={"Accept": "application/json"}, limit=PAGE_LIMIT)
            return tuple(json.loads(answer.body)["releases"].keys()) if self._own(answer) else ()
        except (ReleasegateError, *UNREADABLE):
            return ()

    def _own(self, answer: Response) -> bool:
        """Whether the index itself answered, and sends nobody elsewhere."""
        return urlsplit(answer.url).hostname == urlsplit(self.url).hostname

    def _not_served(self, file: IndexFile) -> Unavailable:
        return Unavailable(
            f"The index {self.web.name} lists {file.filename} but does not serve it.",
            hint="Run the same command again a little later",
        )


def altered(index: str, filename: str, *, details: Sequence[str]) -> GateFailed:
    """Return the error for bytes that differ from what their own index lists."""
    return GateFailed(
        f"The bytes of {filename} that {index} served are not what it lists.",
        hint="Run the same command again; if it stays so, tell the index's owners and use the next version",
        details=details,
    )


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
        }
        for file in body["files"]
    ]
    version = str((body.get("meta") or {}).get("api-version", "1.0"))
    versions = [str(version) for version in body.get("versions") or []]
    return {"name": project, "meta": {"api-version": version}, "files": files, "versions": versions}


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
    named = provenance if provenance is not None and is_web_address(provenance) else None
    return IndexFile(package.filename, package.url, parse_version(package.version), sha256, package.is_yanked, named)
