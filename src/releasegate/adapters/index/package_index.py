"""One package index behind the port ``Index``: read over HTTP, written with twine, asked with pip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from releasegate.adapters.index.access import access
from releasegate.adapters.index.addresses import addresses
from releasegate.adapters.index.simple import SimplePages
from releasegate.adapters.index.web import Web

if TYPE_CHECKING:
    import requests
    from packaging.version import Version

    from releasegate.adapters.index.twine import Uploader
    from releasegate.adapters.tokens.prompt import TokenPrompt
    from releasegate.core.config.keys import IndexConfig
    from releasegate.ports import IndexFile, UploadAnswer


class SimpleIndex:
    """The index that *config* names; any that speaks twine's upload protocol and serves simple pages.

    *environ* is where the token is looked up and what child processes get the harmless part of, *prompt* asks for one
    that is nowhere else; *workdir* holds folders that last as long as one call. *session* replaces the one that pages
    and files are read with.

    Raises:
        ConfigurationError: the index has no address.
    """

    def __init__(
        self,
        config: IndexConfig,
        *,
        environ: Mapping[str, str],
        workdir: Path,
        prompt: TokenPrompt | None = None,
        session: requests.Session | None = None,
    ) -> None:
        self._config, self._environ, self._folder, self._prompt = config, environ, workdir.resolve(), prompt
        self._where = where = addresses(config)
        self._pages = SimplePages(Web(config.name, session, access(config, where, environ)), where.simple)

    def remembering(self) -> SimpleIndex:
        """Return this index, which asks for each page once from here on: for a command that changes nothing."""
        self._pages = replace(self._pages, remembered={})
        return self

    @property
    def name(self) -> str:
        """The name in the configuration (``testpypi``)."""
        return self._config.name

    @property
    def simple_url(self) -> str:
        """The address that installers read, without a slash at the end."""
        return self._pages.url

    @property
    def host(self) -> str:
        """The host, and the port if it is given, that the simple pages come from."""
        return urlsplit(self._pages.url).netloc

    def file_hosts(self, project: str) -> frozenset[str]:
        """Return the hosts that the project's page says its files are on.

        Raises:
            Unavailable: the index does not answer, or answers something that is no simple page.
        """
        return frozenset(urlsplit(file.url).netloc for file in self.files(project))

    def files(self, project: str) -> tuple[IndexFile, ...]:
        """Return every file of the project: see ``SimplePages.files``."""
        return self._pages.files(project)

    def versions(self, project: str) -> tuple[Version, ...]:
        """Return every version that the index has heard of: see ``SimplePages.versions``."""
        return self._pages.versions(project)

    def fetch(self, file: IndexFile) -> bytes:
        """Return a file's bytes, checked against the index's own sha256: see ``SimplePages.fetch``."""
        return self._pages.fetch(file)

    def provenance(self, file: IndexFile) -> bytes | None:
        """Return what the index serves as a file's provenance: see ``SimplePages.provenance``."""
        return self._pages.provenance(file)

    def metadata(self, file: IndexFile) -> bytes | None:
        """Return the core metadata beside a file: see ``SimplePages.metadata``."""
        return self._pages.metadata(file)

    def moment(self) -> str | None:
        """Return when the newest page was sent, by the index's own clock: see ``SimplePages.moment``."""
        return self._pages.moment()

    def upload(self, *paths: Path) -> UploadAnswer:
        """Upload files with twine, never skipping one that exists: see ``Uploader.upload``."""
        return self._uploader().upload(*paths)

    def credential(self) -> str:
        """Return where the token for uploads comes from: see ``Uploader.credential``."""
        return self._uploader().credential()

    def resolve(self, project: str, version: Version, *, within: float) -> Mapping[str, str]:
        """Ask as an installer does, past every cache: see ``Resolver.resolve``."""
        from releasegate.adapters.index.resolve import Resolver

        return Resolver(self._pages, self._environ, self._folder).resolve(project, version, within=within)

    def _uploader(self) -> Uploader:
        from releasegate.adapters.index.twine import Uploader

        return Uploader(self._config, self._where.upload, self._environ, self._folder, self._prompt)
