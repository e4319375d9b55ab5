"""GitHub's releases and CI runs, through PyGithub.

Source: GitHub's REST API for releases, release assets and workflow runs. A draft is not found by its tag.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import requests
from github import Auth, BadAttributeException, Consts, Github, GithubException
from github.GitRelease import GitRelease
from github.GitReleaseAsset import GitReleaseAsset
from github.Repository import Repository

from releasegate.adapters.forges.answers import failure, state, text, token
from releasegate.core.config import ForgeConfig
from releasegate.core.errors import Refused, ReleasegateError, Unavailable
from releasegate.ports import CiRun, ForgeRelease

_SECONDS = 30
_PAGE = 100
_NOT_FOUND = (404, 422)
_CHUNK = 2**16


@dataclass(frozen=True)
class GitHubForge:
    """The releases of one repository on GitHub; *environ* holds the token."""

    config: ForgeConfig
    environ: Mapping[str, str]

    def find(self, tag: str) -> ForgeRelease | None:
        """Return the release of *tag*, a draft too, or ``None``.

        Raises:
            Unavailable: GitHub does not answer, or not as it should.
        """
        with self._asking():
            found = self._find(tag)
            return None if found is None else self._release(found)

    def draft(self, release: ForgeRelease) -> None:
        """Create the release as a draft; where the outcome is unknown, it is looked for again.

        Raises:
            Refused: GitHub would not have it.
            Unavailable: GitHub does not answer.
        """
        try:
            with self._asking():
                self._repository.create_git_release(
                    release.tag,
                    name=release.tag,
                    message="",
                    draft=True,
                    prerelease=release.prerelease,
                    target_commitish=release.branch,
                )
        except Unavailable:
            if self.find(release.tag) is None:
                raise

    def attach(self, tag: str, *, name: str, content: bytes) -> None:
        """Attach a file, in place of one of the same name; half of one, or the same bytes, may be there already.

        Raises:
            Refused: there is no release of *tag*, or it cannot change any more.
            Unavailable: GitHub does not answer.
        """
        with self._asking():
            release = self._required(tag)
            for asset in release.get_assets():
                if asset.name == name:
                    if _holds(asset, content):
                        return
                    asset.delete_asset()
            kind = "application/octet-stream"
            release.upload_asset_from_memory(io.BytesIO(content), len(content), name, content_type=kind)

    def asset(self, tag: str, *, name: str) -> bytes | None:
        """Return the bytes of an attached file, or ``None``.

        Raises:
            Unavailable: GitHub does not answer.
        """
        with self._asking():
            release = self._find(tag)
            found = next((a for a in release.get_assets() if a.name == name), None) if release is not None else None
            got = found.download_asset(chunk_size=_CHUNK) if found is not None else None
            return None if got is None else b"".join(got[2])

    def publish(self, tag: str) -> ForgeRelease:
        """Publish the draft.

        Raises:
            Refused: there is none, or GitHub would not have it.
            Unavailable: GitHub does not answer.
        """
        with self._asking():
            release = self._required(tag)
            release = release.update_release(tag, release.body or "", draft=False, prerelease=release.prerelease)
            return self._release(release)

    def ci_run(self, tag: str) -> CiRun | None:
        """Return the newest workflow run of *tag*; GitHub calls a tag the run's branch, too."""
        with self._asking():
            runs = self._repository.get_workflow_runs(branch=tag)  # type: ignore[arg-type]  # it takes a name, too
            newest = next(iter(runs), None)
            return None if newest is None else CiRun(state(newest.status, newest.conclusion), text(newest.html_url))

    @cached_property
    def _repository(self) -> Repository:
        address = self.config.address
        client = Github(
            base_url=Consts.DEFAULT_BASE_URL if address is None else f"{address.rstrip('/')}/api/v3",
            auth=Auth.Token(token(self.config, self.environ)),
            lazy=True,
            timeout=_SECONDS,
            per_page=_PAGE,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        )
        return client.get_repo(self.config.repository)

    def _find(self, tag: str) -> GitRelease | None:
        return next((r for r in self._repository.get_releases() if r.tag_name == tag), None)

    def _required(self, tag: str) -> GitRelease:
        found = self._find(tag)
        if found is None:
            raise Refused(f"{tag} has no release on the forge.", hint="Run the same command again: it drafts one")
        return found

    def _release(self, found: GitRelease) -> ForgeRelease:
        return ForgeRelease(
            tag=found.tag_name,
            commit=self._commit(found.tag_name),
            branch=text(found.target_commitish),
            draft=found.draft,
            prerelease=found.prerelease,
            assets=tuple(sorted(asset.name for asset in found.get_assets())),
        )

    def _commit(self, tag: str) -> str:
        """Return the commit that the tag names there; empty where there is no such tag yet."""
        commit = self._repository.get_commit(f"tags/{tag}")
        try:
            commit.complete()
        except GithubException as error:
            if error.status in _NOT_FOUND:
                return ""
            raise
        return commit.sha

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except GithubException as error:
            if isinstance(error, BadAttributeException):
                raise failure(self.config, None, "Its answer is not what GitHub writes.", {}) from error
            words = error.data.get("message", "") if isinstance(error.data, dict) else str(error.data or "")
            raise failure(self.config, error.status, text(words), error.headers or {}) from error
        except (requests.RequestException, OSError) as error:
            raise failure(self.config, None, type(error).__name__, {}) from error
        except ReleasegateError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise failure(self.config, None, "Its answer is not what GitHub writes.", {}) from error


def _holds(asset: GitReleaseAsset, content: bytes) -> bool:
    """Whether an asset is whole and of these bytes; an upload that was cut is left in the state ``starter``."""
    digest = text(asset.raw_data.get("digest"))
    return (asset.state, asset.size, digest) == (
        "uploaded",
        len(content),
        f"sha256:{hashlib.sha256(content).hexdigest()}",
    )
