"""The servers of a project, and the configuration that names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from git_repositories import ENVIRON, git
from real_indexes import RunningIndex
from testpair import configuration, on_indexes

from releasegate.adapters.git.repository import GitRepository
from releasegate.rehearsal.forge import EmbeddedForge
from releasegate.rehearsal.index import EmbeddedIndex
from tests.faults.project import NAME, TOKENS, Project


@contextmanager
def opened(root: Path, words: tuple[str, ...], *, forge: bool) -> Iterator[Project]:
    """Start the servers of the project in *root* and write their addresses to its configuration."""
    with ExitStack() as stack:
        indexes = {
            role: stack.enter_context(
                EmbeddedIndex(name=role, root=root / "indexes" / role, token=TOKENS[f"{role.upper()}_TOKEN"])
            )
            for role in ("staging", "production")
        }
        remote = root / "remotes" / f"{NAME}.git"
        git(root / NAME, "remote", "set-url", "origin", str(remote))
        served = None
        if forge:
            tagged = GitRepository(remote, environ=ENVIRON).tagged
            served = EmbeddedForge(root / "forge", f"octo/{NAME}", token=TOKENS["FORGE_TOKEN"], commit_of=tagged)
            stack.enter_context(served)
        (root / "pyproject.toml").write_text(_configuration(indexes, served), encoding="utf-8")
        yield Project(root, words, indexes, served, {role: frozenset(each.stored) for role, each in indexes.items()})


def _configuration(indexes: Mapping[str, EmbeddedIndex], forge: EmbeddedForge | None) -> str:
    """Return the configuration of the one package: the pair's, without the other."""
    staging, production = (
        RunningIndex(name, each.upload_url, each.simple_url, "__token__", "") for name, each in indexes.items()
    )
    settings = on_indexes(staging, production)
    if forge is not None:
        settings = settings.replace("production-without-forge = true", "production-from-laptop = true")
    head, package, *_ = configuration(settings).split("[[tool.releasegate.packages]]")
    table = ""
    if forge is not None:
        table = '[tool.releasegate.packages.forge]\nkind = "github"\n'
        table += f'repository = "octo/{NAME}"\naddress = "{forge.address}"\n'
    return f"{head}[[tool.releasegate.packages]]{package}{table}"
