"""Gitea's and Forgejo's releases, through pyforgejo.

Source: the API v1 (``/swagger.v1.json`` of any instance), which both share for what is used here. An attachment is sent
as plain bytes, which old ones that know only forms refuse. Its bytes are not read through the API: they are under the
repository's path ``releases/download``, where a token is taken, too. Gitea tells no digest of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from releasegate.adapters.forges.answers import (
    Answer,
    existing,
    failure,
    is_draft,
    looked_at_again,
    nonsense,
    published,
    text,
    token,
)
from releasegate.adapters.forges.gitea_runs import newest_run
from releasegate.core.config import ForgeConfig
from releasegate.core.errors import ReleasegateError
from releasegate.ports import CiRun, ForgeRelease

if TYPE_CHECKING:
    from pyforgejo.core.request_options import RequestOptions
    from pyforgejo.repository.client import RepositoryClient

_SECONDS = 30.0
_ONCE: RequestOptions = {"max_retries": 0}
"""A request that is sent twice could make two of what it makes: what became of one is looked at first."""
_PAGE = 50
_BAD = 400
_NOT_FOUND = 404


@dataclass(frozen=True)
class GiteaForge:
    """The releases of one repository on a Gitea; *environ* holds the token."""

    config: ForgeConfig
    environ: Mapping[str, str] = field(repr=False)

    def find(self, tag: str) -> ForgeRelease | None:
        """Return the release of *tag*, a draft too, or ``None``.

        Raises:
            Unavailable: the Gitea does not answer, or not as it should.
        """
        with self._asking():
            found = self._find(tag)
            return None if found is None else self._release(found)

    def draft(self, release: ForgeRelease) -> None:
        """Create the release as a draft, or leave the draft that is there.

        Raises:
            Refused: the tag has a published release, or the Gitea would not have it.
            Unavailable: it does not answer.
        """
        with looked_at_again(lambda: is_draft(self.find(release.tag))), self._asking():
            found = self._find(release.tag)
            if found is not None and found.draft is True:
                return
            self._client.repo_create_release(
                *self._names,
                tag_name=release.tag,
                name=release.tag,
                draft=True,
                prerelease=release.prerelease,
                target_commitish=release.branch,
                request_options=_ONCE,
            )

    def attach(self, tag: str, *, name: str, content: bytes) -> None:
        """Attach a file, in place of those of the same name; where the same bytes are there, they are left alone.

        Raises:
            Refused: there is no release of *tag*, or the Gitea would not have it.
            Unavailable: it does not answer.
        """
        with looked_at_again(lambda: self.asset(tag, name=name) == content), self._asking():
            number = existing(self._find(tag), tag).id
            assets = self._client.repo_list_release_attachments(*self._names, number, request_options=_ONCE)
            same = [asset for asset in assets if asset.name == name and asset.id is not None]
            if len(same) == 1 and same[0].size == len(content) and self._download(tag, name) == content:
                return
            for asset in same:
                self._client.repo_delete_release_attachment(*self._names, number, asset.id or 0, request_options=_ONCE)
            self._client.repo_create_release_attachment(
                *self._names, number, request=content, name=name, request_options=_ONCE
            )

    def asset(self, tag: str, *, name: str) -> bytes | None:
        """Return the bytes of an attached file, or ``None``.

        Raises:
            Unavailable: the Gitea does not answer.
        """
        with self._asking():
            found = self._find(tag)
            if found is None:
                return None
            assets = self._client.repo_list_release_attachments(*self._names, found.id, request_options=_ONCE)
            return self._download(tag, name) if any(asset.name == name for asset in assets) else None

    def publish(self, tag: str) -> ForgeRelease:
        """Publish the draft, or leave what is published.

        Raises:
            Refused: there is none, or the Gitea would not have it.
            Unavailable: it does not answer.
        """
        return published(lambda: self._publish(tag), lambda: self.find(tag))

    def ci_run(self, tag: str) -> CiRun | None:
        """Return the newest CI run that *tag* or its release started, or ``None``.

        Raises:
            Unavailable: the Gitea does not answer.
        """
        with self._asking():
            return newest_run(self._client, self._names, tag)

    @cached_property
    def _client(self) -> RepositoryClient:
        # Not through pyforgejo.PyforgejoApi: importing that puts a .env file that lies about into os.environ.
        from pyforgejo.core.client_wrapper import SyncClientWrapper  # noqa: PLC0415
        from pyforgejo.repository.client import RepositoryClient  # noqa: PLC0415

        secret = token(self.config, self.environ)
        wrapper = SyncClientWrapper(
            base_url=f"{self._address}/api/v1", api_key=secret, timeout=_SECONDS, httpx_client=self._web
        )
        return RepositoryClient(client_wrapper=wrapper)

    @cached_property
    def _web(self) -> httpx.Client:
        return httpx.Client(timeout=_SECONDS, follow_redirects=True)

    @property
    def _address(self) -> str:
        return (self.config.address or "").rstrip("/")

    @property
    def _names(self) -> tuple[str, str]:
        owner, _, name = self.config.repository.partition("/")
        return owner, name

    def _find(self, tag: str) -> Any:
        number = 1
        while page := self._client.repo_list_releases(*self._names, page=number, limit=_PAGE, request_options=_ONCE):
            for release in page:
                if release.tag_name == tag and release.id is not None:
                    return release
            number += 1
        return None

    def _publish(self, tag: str) -> ForgeRelease:
        with self._asking():
            found = existing(self._find(tag), tag)
            if found.draft is True:
                found = self._client.repo_edit_release(*self._names, found.id, draft=False, request_options=_ONCE)
            return self._release(found)

    def _release(self, found: Any) -> ForgeRelease:
        return ForgeRelease(
            tag=found.tag_name,
            commit=self._commit(found.tag_name),
            branch=text(found.target_commitish),
            draft=found.draft is True,
            prerelease=found.prerelease is True,
            assets=tuple(sorted(text(asset.name) for asset in found.assets or [])),
        )

    def _commit(self, tag: str) -> str:
        """Return the commit that the tag names there; empty where there is no such tag yet."""
        from pyforgejo.core.api_error import ApiError  # noqa: PLC0415

        try:
            named = self._client.repo_get_tag(*self._names, tag, request_options=_ONCE)
        except ApiError as error:
            if error.status_code == _NOT_FOUND:
                return ""
            raise
        return text(named.commit.sha) if named.commit is not None else ""

    def _download(self, tag: str, name: str) -> bytes:
        # Not the address in the answer: the token goes to the configured forge and to nobody else.
        path = f"{self.config.repository}/releases/download/{quote(tag, safe='')}/{quote(name, safe='')}"
        headers = {"Authorization": f"token {token(self.config, self.environ)}"}
        answer = self._web.get(f"{self._address}/{path}", headers=headers)
        if answer.status_code >= _BAD:
            raise self._failure(Answer(answer.status_code, answer.text, answer.headers))
        return answer.content

    @contextmanager
    def _asking(self) -> Iterator[None]:
        from pyforgejo.core.api_error import ApiError  # noqa: PLC0415

        try:
            yield
        except ReleasegateError:
            raise
        except ApiError as error:
            if error.status_code is not None and error.status_code < _BAD:
                raise nonsense(self.config, "Gitea") from error
            body = error.body
            words = body.get("message", "") if isinstance(body, dict) else getattr(body, "message", body)
            raise self._failure(Answer(error.status_code, text(words), error.headers or {})) from error
        except (httpx.HTTPError, OSError) as error:
            raise self._failure(Answer(None, type(error).__name__)) from error
        except (httpx.InvalidURL, ValueError, TypeError, LookupError, AttributeError) as error:
            raise nonsense(self.config, "Gitea") from error

    def _failure(self, answer: Answer) -> ReleasegateError:
        return failure(self.config, self.environ, answer)
