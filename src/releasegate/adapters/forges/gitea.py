"""Gitea's (and Forgejo's) releases and CI runs, through pyforgejo.

Source: the API v1 of Gitea, which Forgejo shares for what is used here. A draft is not found by its tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx
import requests

from releasegate.adapters.forges.answers import failure, state, text, token
from releasegate.core.config import ForgeConfig
from releasegate.core.errors import Refused, Unavailable
from releasegate.ports import CiRun, ForgeRelease

if TYPE_CHECKING:
    from pyforgejo.core.request_options import RequestOptions
    from pyforgejo.repository.client import RepositoryClient

_SECONDS = 30.0
_ONCE: RequestOptions = {"max_retries": 0}
"""A request that is sent twice could make two drafts: what became of one is looked at first."""
_PAGE = 50
_NOT_FOUND = 404


@dataclass(frozen=True)
class GiteaForge:
    """The releases of one repository on a Gitea; *environ* holds the token."""

    config: ForgeConfig
    environ: Mapping[str, str]

    def find(self, tag: str) -> ForgeRelease | None:
        """Return the release of *tag*, a draft too, or ``None``.

        Raises:
            Unavailable: the Gitea does not answer, or not as it should.
        """
        with self._asking():
            found = self._find(tag)
            return None if found is None else self._release(found)

    def draft(self, release: ForgeRelease) -> None:
        """Create the release as a draft; where the outcome is unknown, it is looked for again.

        Raises:
            Refused: the Gitea would not have it.
            Unavailable: it does not answer.
        """
        try:
            with self._asking():
                self._client.repo_create_release(
                    *self._names,
                    tag_name=release.tag,
                    name=release.tag,
                    draft=True,
                    prerelease=release.prerelease,
                    target_commitish=release.branch,
                    request_options=_ONCE,
                )
        except Unavailable:
            if self.find(release.tag) is None:
                raise

    def attach(self, tag: str, *, name: str, content: bytes) -> None:
        """Attach a file, in place of one of the same name; a Gitea tells no digest, so it is sent anew.

        Raises:
            Refused: there is no release of *tag*, or the Gitea would not have it.
            Unavailable: it does not answer.
        """
        with self._asking():
            number = self._required(tag).id
            for asset in self._client.repo_list_release_attachments(*self._names, number, request_options=_ONCE):
                if asset.name == name and asset.id is not None:
                    self._client.repo_delete_release_attachment(*self._names, number, asset.id, request_options=_ONCE)
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
            address = next((text(a.browser_download_url) for a in assets if a.name == name), "")
            return self._download(address) if address else None

    def publish(self, tag: str) -> ForgeRelease:
        """Publish the draft.

        Raises:
            Refused: there is none, or the Gitea would not have it.
            Unavailable: it does not answer.
        """
        with self._asking():
            found = self._required(tag)
            changed = self._client.repo_edit_release(*self._names, found.id, draft=False, request_options=_ONCE)
            return self._release(changed)

    def ci_run(self, tag: str) -> CiRun | None:
        """Return the newest CI run of *tag*; Gitea calls its ref the run's branch, Forgejo its pretty ref."""
        with self._asking():
            listed = self._client.list_action_runs(*self._names, limit=_PAGE, request_options=_ONCE)
            for run in listed.workflow_runs or []:
                more: Mapping[str, Any] = run.model_extra or {}
                refs = {run.prettyref, more.get("head_branch")}
                if refs & {tag, f"refs/tags/{tag}"}:
                    return CiRun(state(run.status, text(more.get("conclusion"))), text(run.html_url))
            return None

    @cached_property
    def _client(self) -> RepositoryClient:
        # It reads a .env file when it is imported: not before the project's own environment is taken.
        from pyforgejo import PyforgejoApi  # noqa: PLC0415

        address = f"{(self.config.address or '').rstrip('/')}/api/v1"
        own = PyforgejoApi(base_url=address, api_key=token(self.config, self.environ), timeout=_SECONDS)
        client: RepositoryClient = own.repository
        return client

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

    def _required(self, tag: str) -> Any:
        found = self._find(tag)
        if found is None:
            raise Refused(f"{tag} has no release on the forge.", hint="Run the same command again: it drafts one")
        return found

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

    def _download(self, address: str) -> bytes:
        if not address.startswith(f"{(self.config.address or '').rstrip('/')}/"):
            raise Unavailable("The forge names an asset on another server.", hint="Look at the release in the browser")
        headers = {"Authorization": f"token {token(self.config, self.environ)}"}
        answer = requests.get(address, headers=headers, timeout=_SECONDS)
        if not answer.ok:
            raise failure(self.config, answer.status_code, answer.text, answer.headers)
        return answer.content

    @contextmanager
    def _asking(self) -> Iterator[None]:
        from pyforgejo.core.api_error import ApiError  # noqa: PLC0415

        try:
            yield
        except ApiError as error:
            body = error.body
            words = body.get("message", "") if isinstance(body, dict) else getattr(body, "message", body)
            raise failure(self.config, error.status_code, text(words), error.headers or {}) from error
        except (httpx.HTTPError, requests.RequestException, OSError) as error:
            raise failure(self.config, None, type(error).__name__, {}) from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise failure(self.config, None, "Its answer is not what a Gitea writes.", {}) from error
