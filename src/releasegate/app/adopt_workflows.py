"""What an adopted repository's own workflows tell: who else publishes, and with which secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import PurePosixPath

import tomlkit

from releasegate.adapters.git.command import Git
from releasegate.adapters.git.repository import GitRepository
from releasegate.core.ci.other_publishers import UploadSecrets, other_publishers, upload_secrets
from releasegate.core.config.model import Settings
from releasegate.core.config.parse import ALIASES
from releasegate.core.errors import ReleasegateError

Workflows = Mapping[PurePosixPath, str]


def workflows_of(git: Git) -> Workflows:
    """Return the forges' YAML files of the commit that is checked out; none where there is no commit."""
    repository = GitRepository(git.root, git.environ)
    with suppress(ReleasegateError):
        return repository.workflows(repository.head())
    return {}


def index_tables(files: Workflows) -> str:
    """Return the tables of the indexes that a workflow uploads to with a secret of its own name; empty for none."""
    found: dict[str, UploadSecrets] = {}
    for each in upload_secrets(files):
        if each.index in ALIASES and each.token:
            found.setdefault(each.index, each)
    return "".join(_table(name, secret) for name, secret in found.items())


def _table(name: str, secret: UploadSecrets) -> str:
    token = tomlkit.item(secret.token).as_string()
    return (
        f"\n[tool.releasegate.indexes.{name}]\n"
        f"token-env = {token} # the secret that {secret.path}:{secret.line} uploads with\n"
        "trusted = false # true, once the index knows this repository as a publisher\n"
    )


def told(files: Workflows, settings: Settings) -> Iterator[str]:
    """Yield what is to be removed before a release: every other workflow that one starts and that uploads."""
    ours = [package for package in settings.packages if ".." not in package.path.parts]
    for each in other_publishers(files, ours):
        yield f"One publisher for one number: {each}"
    for secret in upload_secrets(files):
        if secret.username:
            yield (
                f"The secret {secret.username} ({secret.path}:{secret.line}) is not read: a token's user is __token__; "
                f"write another as username"
            )
