"""Where a repository says that its sources are: the addresses that its package gives itself, read as an index's are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from releasegate.core.adopt.claims.claim import Files, decoded, under
from releasegate.core.adopt.code import said_to_setup, setup_cfg
from releasegate.core.dists.source_address import named_source
from releasegate.core.toml.lines import read_toml

_LABELLED = (("project", "urls"), ("tool", "poetry", "urls"), ("tool", "flit", "metadata", "urls"))
_ALONE = ("repository", "homepage", "home-page")
"""What poetry and flit call an address outside of their tables of them."""


def stated_source(files: Files) -> str:
    """Return the address of the repository that the package's own metadata names; empty where it names none."""
    project = read_toml(decoded(files.get(PurePosixPath("pyproject.toml"), b"")), where="pyproject.toml").values
    return named_source(dict(_stated(project, files)))


def _stated(project: Mapping[str, Any], files: Files) -> Iterator[tuple[str, str]]:
    cfg = setup_cfg(files)
    yield "homepage", cfg.get("url", "") or said_to_setup(files, "url") or ""
    for line in cfg.get("project_urls", "").splitlines():
        label, _, address = line.partition("=")
        yield label.strip(), address.strip()
    for table in (under(project, "tool", "poetry"), under(project, "tool", "flit", "metadata")):
        yield from ((key, each) for key in _ALONE if isinstance(each := under(table, key), str))
    for keys in _LABELLED:
        table = under(project, *keys)
        pairs = table.items() if isinstance(table, dict) else ()
        yield from ((str(label), each) for label, each in pairs if isinstance(each, str))
