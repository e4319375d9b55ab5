"""Reads what an index holds: the simple pages, the project JSON API, the files and their core metadata.

What would be believed once and cannot be taken back is looked at again: a project that is not there, a page that is
none, bytes that are not what the index lists, a reader who is not let in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from datetime import UTC
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urljoin, urlsplit

from packaging.utils import canonicalize_name
from packaging.version import Version

from releasegate.adapters.index.addresses import addresses, is_web_address
from releasegate.adapters.index.get import Response
from releasegate.adapters.index.page import ACCEPTED, UNREADABLE, Page, read_page
from releasegate.adapters.index.second_look import Sight, settled
from releasegate.adapters.index.web import MEBIBYTE, SilentError, Web, WithheldError
from releasegate.core.config.keys import IndexConfig
from releasegate.core.errors import ConfigurationError, GateFailed, ReleasegateError, Unavailable
from releasegate.core.frozen import dataclass
from releasegate.core.release.versions import parse_version

if TYPE_CHECKING:
    from releasegate.ports import IndexFile

PAGE_LIMIT = 64 * MEBIBYTE
FILE_LIMIT = 200 * MEBIBYTE
PROVENANCE_LIMIT = 4 * MEBIBYTE
NOT_FOUND, OK = 404, 200


@dataclass(frozen=True)
class SimplePages:
    """The reading side of an index: ``url`` is where its simple pages are, without a slash at the end.

    ``absent`` are the projects that two looks agreed on: the index has nothing of them. ``dates`` are those of its
    pages, as HTTP writes them.

    ``remembered`` is given by a command that changes nothing: what came of a project's page, by its name, so that it is
    asked for once; under no name, that the index is silent. ``told`` are the releases of the JSON API.
    """

    web: Web
    url: str
    absent: set[str] = field(default_factory=set)
    dates: list[str] = field(default_factory=list)
    remembered: dict[str, Page | ReleasegateError] | None = None
    told: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def moment(self) -> str | None:
        """Return when the newest page was sent by the index's clock, UTC in ISO 8601; ``None`` where none says."""
        from email.utils import parsedate_to_datetime

        try:
            return parsedate_to_datetime(self.dates[-1]).astimezone(UTC).isoformat() if self.dates else None
        except (ValueError, OverflowError):
            return None

    def files(self, project: str) -> tuple[IndexFile, ...]:
        """Return every file of the project, yanked ones too; nothing where the project is unknown.

        Raises:
            Unavailable: the index does not answer, or answers something that is no simple page.
        """
        return self._page(project).files

    def versions(self, project: str) -> tuple[Version, ...]:
        """Return every version that a file, the simple page or the project JSON API tells of.

        Raises:
            Unavailable: the index does not answer, or answers something that is no simple page.
        """
        page = self._page(project)
        named = (file.version for file in page.files if file.version is not None)
        released = self.told[project] if project in self.told else self._released(project)
        if self.remembered is not None:
            self.told[project] = released
        told = (parse_version(text) for text in (*page.versions, *released))
        return tuple(dict.fromkeys([*named, *(version for version in told if version is not None)]))

    def fetch(self, file: IndexFile) -> bytes:
        """Return a file's bytes, checked against the size and the sha256 that the index lists, if it lists them.

        Raises:
            GateFailed: they are not what the index lists, the same ones each time.
            Unavailable: they cannot be had.
        """
        return settled(lambda number: self._bytes(file, number), index=self.web.name)

    def metadata(self, file: IndexFile) -> bytes | None:
        """Return the core metadata that the index serves beside a file, ``None`` where it lists none.

        Raises:
            GateFailed, Unavailable: as ``fetch``.
        """
        if file.metadata is None:
            return None
        name = f"{file.filename}.metadata"
        url = urlsplit(file.url)._replace(fragment="")
        address = url._replace(path=f"{url.path}.metadata").geturl()
        return self.fetch(replace(file, filename=name, url=address, sha256=file.metadata or None, size=None))

    def provenance(self, file: IndexFile) -> bytes | None:
        """Return what the index serves as a file's provenance, ``None`` where it names none.

        Raises:
            Unavailable: it names one and does not serve it.
        """
        if file.provenance is None:
            return None
        answer = self.web.get(file.provenance, headers={"Accept": "application/json"}, limit=PROVENANCE_LIMIT)
        if answer.status != OK:
            raise Unavailable(
                f"The index {self.web.name} names a provenance of {file.filename} but does not serve it.",
                hint="Run the same command again a little later",
            )
        return answer.body

    def _bytes(self, file: IndexFile, number: int) -> Sight[bytes]:
        import hashlib

        url = urljoin(f"{self.url}/", file.url)
        if not is_web_address(url):
            raise self._not_served(file)
        # Past a cache that holds what was damaged on its way to it; an address that is signed is left as it is.
        again = f"{url}?look={number + 1}" if number and not urlsplit(url).query else url
        try:
            answer = self.web.get(again, headers={"Accept-Encoding": "identity"}, limit=FILE_LIMIT)
        except (ConfigurationError, WithheldError) as error:
            return Sight(_raising(error), "withheld")
        if answer.status != OK:
            return Sight(_raising(self._not_served(file)), "not served")
        got = hashlib.sha256(answer.body).hexdigest()
        if file.sha256 in (None, got):
            return Sight(lambda: answer.body)
        if file.size not in (None, len(answer.body)):
            return Sight(_raising(self._cut_off(file, len(answer.body))), "cut off")
        details = [f"listed: {file.sha256}", f"served: {got}"]
        return Sight(_raising(altered(self.web.name, file.filename, details=details)), got, looks=3)

    def _page(self, project: str) -> Page:
        """Return what the project's page lists, as it was the first time where that is remembered."""
        if self.remembered is None:
            return self._listed(project)
        if (known := self.remembered.get("") or self.remembered.get(project)) is None:
            try:
                known = self.remembered[project] = self._listed(project)
            except ReleasegateError as error:
                known = self.remembered["" if isinstance(error, SilentError) else project] = error
        if isinstance(known, ReleasegateError):
            raise known
        return known

    def _listed(self, project: str) -> Page:
        """Return what the project's page lists; nothing where there is none."""
        page = settled(lambda _: self._sight(project), index=self.web.name)
        if page.files:
            self.absent.discard(project)
        else:
            self.absent.add(project)
        return page

    def _sight(self, project: str) -> Sight[Page]:
        address = f"{self.url}/{canonicalize_name(project)}/"
        try:
            answer = self.web.own(address, headers={"Accept": ACCEPTED}, limit=PAGE_LIMIT)
        except (ConfigurationError, WithheldError) as error:
            return Sight(_raising(error), "withheld")
        self.dates.append(answer.date)
        nothing: Sight[Page] = Sight(Page, None if project in self.absent else "nothing of the project")
        if not self._own(answer):
            if urlsplit(answer.url).hostname == urlsplit(addresses(IndexConfig("pypi")).simple).hostname:
                return Sight(Page)  # as pypiserver does for what it does not hold
            raise Unavailable(
                f"The index {self.web.name} sends readers of {project} to {urlsplit(answer.url).hostname}.",
                hint="Switch the index's fallback off, or configure the address that it points to",
            )
        if answer.status == NOT_FOUND:
            return nothing
        try:
            page = read_page(answer, project)
        except UNREADABLE:
            return Sight(_raising(self._no_page(project)), "no simple page")
        return Sight(lambda: page, None if page.files else nothing.doubtful)

    def _no_page(self, project: str) -> Unavailable:
        return Unavailable(
            f"The index {self.web.name} answered something that is no simple page for {project}.",
            hint=f"Check the index's simple address, {self.url}, and open it in a browser",
        )

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

    def _cut_off(self, file: IndexFile, got: int) -> Unavailable:
        return Unavailable(
            f"The index {self.web.name} serves {got} of the {file.size} bytes of {file.filename}.",
            hint="Run the same command again a little later; nothing was judged",
        )


def _raising(error: ReleasegateError) -> Callable[[], NoReturn]:
    def settle() -> NoReturn:
        raise error

    return settle


def altered(index: str, filename: str, *, details: Sequence[str]) -> GateFailed:
    """Return the error for bytes that differ from what their own index lists."""
    return GateFailed(
        f"The bytes of {filename} that {index} served are not what it lists.",
        hint="Tell the index's owners; invoke status names the command that goes on with the next number",
        details=details,
    )
