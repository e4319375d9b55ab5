"""Where a package's sources are, by what its core metadata says: the address that a clone is made from.

Labels are compared as the packaging specification of well-known project URLs says. What an index serves is untrusted:
an address that a shell could misread is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain

from packaging.metadata import parse_email

_LABELS = ("source", "repository", "sourcecode", "github", "code")
_BESIDE = (
    "homepage",
    "home",
    "issues",
    "issuetracker",
    "bugs",
    "bugtracker",
    "tracker",
    "changelog",
    "documentation",
    "",
)
"""Labels of what is often in the repository, or beside it; the last is that of ``Home-page``."""
_FORGES = frozenset({"github.com", "gitlab.com", "codeberg.org", "bitbucket.org"})
"""Where an address of two words is a repository's, whatever label it has."""
_ADDRESS = re.compile(r"https://(?P<host>[\w.-]+(?::\d+)?)/(?P<path>[\w.~-]+(?:/[\w.~-]+)*)/?", re.ASCII)
_NO_LETTER = re.compile(r"[\W_]+")


def source_address(metadata: bytes) -> str:
    """Return the address of the repository that the metadata names; empty where it names none."""
    known, _ = parse_email(metadata)
    return named_source({**known.get("project_urls", {}), "": known.get("home_page", "")})


def named_source(addresses: Mapping[str, str]) -> str:
    """Return the address of the repository among those that a project gives by their labels; empty for none.

    Labels of its own tell of it only where they lead to one repository: of several, each may be another project's.
    """
    named = {_NO_LETTER.sub("", label).lower(): url for label, url in addresses.items()}
    sources = (address for label in _LABELS if (address := _repository(named.get(label, ""), labelled=True)))
    beside = (address for label in _BESIDE if (address := _repository(named.get(label, ""))))
    others = {address for url in named.values() if (address := _repository(url))}
    return next(chain(sources, beside, others if len(others) == 1 else ()), "")


def _repository(url: str, *, labelled: bool = False) -> str:
    """Return the address of the repository that *url* is of, or is in; empty where it is of none."""
    match = _ADDRESS.fullmatch(url.strip())
    if match is None:
        return ""
    parts = match["path"].split("/")
    if match["host"] in _FORGES:
        return f"https://{match['host']}/{parts[0]}/{parts[1]}" if len(parts) > 1 else ""
    return match[0] if labelled else ""
