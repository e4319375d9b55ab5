"""GitHub's releases and CI runs, through PyGithub.

Sources: GitHub's REST API for releases, release assets, commits and workflow runs (docs.github.com/en/rest), and its
immutable releases. A draft is not found by its tag, so releases are listed; an upload that broke leaves an asset in the
state ``starter``, which only the list of the release's assets shows.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from releasegate.adapters.forges.credential import ForgeCredential
from releasegate.adapters.forges.github_assets import holds, whole
from releasegate.adapters.forges.github_branches import branch_takes
from releasegate.adapters.forges.outcomes import (
    STARTED_BY,
    ForgeResponse,
    existing,
    failure,
    is_draft,
    looked_at_again,
    nonsense,
    published,
    state,
    text,
    verdict,
)
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.errors import ReleasegateError
from releasegate.core.evidence.belief import CiOutcome
from releasegate.core.frozen import dataclass
from releasegate.core.trust import trusted
from releasegate.ports import BranchTakes, CiRun, ForgeRelease

if TYPE_CHECKING:
    from github.GitRelease import GitRelease
    from github.Repository import Repository

    from releasegate.adapters.tokens.prompt import TokenPrompt

_SECONDS = 30
_PAGE = 100
_BAD = 400
_NO_COMMIT = frozenset({404, 409, 422})
_CHUNK = 2**16


@dataclass(frozen=True)
class GitHubForge:
    """The releases of one repository on GitHub; *environ* holds the token, or *prompt* asks for it."""

    config: ForgeConfig
    environ: Mapping[str, str] = field(repr=False)
    prompt: TokenPrompt | None = None

    def credential(self) -> str:
        """Return where the token comes from: see ``ForgeCredential.describe``."""
        return self._credential.describe()

    def find(self, tag: str) -> ForgeRelease | None:
        """Return the release of *tag*, a draft too, or ``None``.

        Raises:
            Unavailable: GitHub does not answer, or not as it should.
        """
        with self._asking():
            found = self._find(tag)
            return None if found is None else self._release(found)

    def draft(self, release: ForgeRelease) -> None:
        """Create the release as a draft, or leave the draft that is there.

        Raises:
            Refused: the tag has a published release, or GitHub would not have it.
            Unavailable: GitHub does not answer.
        """
        with looked_at_again(lambda: is_draft(self.find(release.tag))), self._asking():
            found = self._find(release.tag)
            if found is not None and found.draft:
                return
            made = self._repository.create_git_release(
                release.tag,
                name=release.tag,
                message=release.notes,
                draft=True,
                prerelease=release.prerelease,
                target_commitish=release.branch,
            )
            self._require(done=made.draft and made.tag_name == release.tag)

    def attach(self, tag: str, *, name: str, content: bytes) -> None:
        """Attach a file, in place of one of the same name; half of one, or the same bytes, may be there already.

        Raises:
            Refused: there is no release of *tag*, or it cannot change any more.
            Unavailable: GitHub does not answer.
        """
        with looked_at_again(lambda: self.asset(tag, name=name) == content), self._asking():
            release = existing(self._find(tag), tag)
            for asset in release.get_assets():
                if asset.name == name:
                    if holds(asset, content):
                        return
                    asset.delete_asset()
                    # How it was answered is not shown: a page from in between is an answer, too.
                    self._require(done=all(each.name != name for each in release.get_assets()))
            kind = "application/octet-stream"
            sent = release.upload_asset_from_memory(io.BytesIO(content), len(content), name, content_type=kind)
            self._require(done=sent.name == name and sent.size == len(content))

    def asset(self, tag: str, *, name: str) -> bytes | None:
        """Return the bytes of an attached file, or ``None``.

        Raises:
            Unavailable: GitHub does not answer.
        """
        with self._asking():
            release = self._find(tag)
            found = [] if release is None else [a for a in whole(release) if a.name == name]
            got = found[0].download_asset(chunk_size=_CHUNK) if found else None
            return None if got is None else b"".join(got[2])

    def publish(self, tag: str) -> ForgeRelease:
        """Publish the draft, or leave what is published.

        Raises:
            Refused: there is none, or GitHub would not have it.
            Unavailable: GitHub does not answer.
        """
        return published(lambda: self._publish(tag), lambda: self.find(tag))

    def ci_run(self, tag: str) -> CiRun | None:
        """Return the newest workflow run that *tag* or its release started; GitHub calls a tag the run's branch, too.

        Raises:
            Unavailable: GitHub does not answer.
        """
        with self._asking():
            for run in self._seen_by_all.get_workflow_runs(branch=tag):  # type: ignore[arg-type]  # it takes a name, too
                if run.event in STARTED_BY and run.head_branch == tag:
                    return CiRun(state(run.status, run.conclusion), text(run.html_url))
            return None

    def waiting(self) -> tuple[CiRun, ...]:
        """Return the workflow runs that wait until a person approves what an environment protects.

        Raises:
            Unavailable: GitHub does not answer.
        """
        with self._asking():
            found = islice(self._seen_by_all.get_workflow_runs(status="waiting"), _PAGE)
            return tuple(CiRun("waiting", text(run.html_url)) for run in found)

    def outcome(self, run: int) -> CiOutcome | None:
        """Return how the workflow run of that number ended; ``None`` where GitHub knows of none.

        Without a token GitHub is asked all the same: of a public repository anybody may know.

        Raises:
            Unavailable: GitHub does not answer.
        """
        from github import UnknownObjectException  # noqa: PLC0415

        with self._asking(as_anybody=True):
            try:
                found = self._seen.get_workflow_run(run)
                began, ended = found.created_at, found.updated_at
            except UnknownObjectException:
                return None
            return CiOutcome(
                verdict(text(found.status), text(found.conclusion)),
                commit=text(found.head_sha),
                workflow=text(found.path),
                event=text(found.event),
                tag=text(found.head_branch),
                began=began.isoformat(),
                ended=ended.isoformat(),
            )

    def takes(self, branch: str) -> BranchTakes | None:
        """Return what *branch* takes from the token's owner; see ``github_branches``.

        Raises:
            Unavailable: GitHub does not answer.
        """
        with self._asking(as_anybody=True):
            return branch_takes(self._seen, branch)

    @cached_property
    def _repository(self) -> Repository:
        return self._opened(self._credential.token())

    @property
    def _seen(self) -> Repository:
        """The repository as it is seen with the token that is known, and by anybody where none is."""
        return self._repository if self._credential.known else self._opened(None)

    @property
    def _seen_by_all(self) -> Repository:
        """The repository for what a public one shows anybody: nobody is asked for a token to see that."""
        return self._opened(None) if self._credential.is_due else self._repository

    @cached_property
    def _credential(self) -> ForgeCredential:
        return ForgeCredential(self.config, self.environ, self.prompt)

    def _opened(self, secret: str | None) -> Repository:
        # PyGithub takes a good part of a second to import: only who asks GitHub something waits for it.
        from github import Auth, Consts, Github  # noqa: PLC0415

        address = self.config.address
        client = Github(
            base_url=Consts.DEFAULT_BASE_URL if address is None else f"{address.rstrip('/')}/api/v3",
            auth=None if secret is None else Auth.Token(secret),
            lazy=True,
            timeout=_SECONDS,
            verify=trusted(self.environ),
            per_page=_PAGE,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        )
        return client.get_repo(self.config.repository)

    def _find(self, tag: str) -> GitRelease | None:
        return next((r for r in self._repository.get_releases() if r.tag_name == tag), None)

    def _publish(self, tag: str) -> ForgeRelease:
        with self._asking():
            found = existing(self._find(tag), tag)
            if found.draft:
                title, notes = found.name or tag, found.body or ""
                found = found.update_release(title, notes, draft=False, prerelease=found.prerelease)
            return self._release(found)

    def _release(self, found: GitRelease) -> ForgeRelease:
        return ForgeRelease(
            tag=found.tag_name,
            commit=self._commit(found.tag_name),
            branch=text(found.target_commitish),
            draft=found.draft,
            prerelease=found.prerelease,
            assets=tuple(sorted(asset.name for asset in whole(found))),
        )

    def _commit(self, tag: str) -> str:
        """Return the commit that the tag names there; empty where there is no such tag yet."""
        from github import GithubException  # noqa: PLC0415

        commit = self._repository.get_commit(f"tags/{tag}")
        try:
            commit.complete()
        except GithubException as error:
            if error.status in _NO_COMMIT:
                return ""
            raise
        return text(commit.sha)

    @contextmanager
    def _asking(self, *, as_anybody: bool = False) -> Iterator[None]:
        if not (as_anybody or self._credential.is_due):
            self._credential.token()  # without one nothing is asked, and no client is waited for
        import requests  # noqa: PLC0415 - with PyGithub, which is late as well
        from github import BadAttributeException, GithubException, IncompletableObject  # noqa: PLC0415

        try:
            yield
        except ReleasegateError:
            raise
        except GithubException as error:
            if isinstance(error, IncompletableObject) or error.status < _BAD:
                raise nonsense(self.config, "GitHub") from error
            words = error.data.get("message", "") if isinstance(error.data, dict) else str(error.data or "")
            raise self._failure(ForgeResponse(error.status, text(words), error.headers or {})) from error
        except requests.HTTPError as error:
            status = error.response.status_code if error.response is not None else None
            raise self._failure(ForgeResponse(status, type(error).__name__)) from error
        except requests.JSONDecodeError as error:
            raise nonsense(self.config, "GitHub") from error
        except (requests.RequestException, OSError) as error:
            raise self._failure(ForgeResponse(None, type(error).__name__)) from error
        except (BadAttributeException, AssertionError, RuntimeError, *_MISREAD) as error:
            raise nonsense(self.config, "GitHub") from error

    def _require(self, *, done: bool) -> None:
        """Take what was asked for as done only where the answer shows it: PyGithub lets a web page pass as one."""
        if not done:
            raise nonsense(self.config, "GitHub")

    def _failure(self, answer: ForgeResponse) -> ReleasegateError:
        return failure(self.config, self._credential.known, answer)


_MISREAD = (ValueError, TypeError, LookupError, AttributeError)
