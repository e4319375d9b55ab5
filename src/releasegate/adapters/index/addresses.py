"""Where an index takes uploads and where installers read it; the aliases' addresses are those of twine and pip."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from pip._internal.models.index import PyPI, TestPyPI
from twine.utils import DEFAULT_REPOSITORY, TEST_REPOSITORY

from releasegate.core.config.model import IndexConfig
from releasegate.core.errors import ConfigurationError

SCHEMES = ("http", "https")


@dataclass(frozen=True)
class Addresses:
    """An index's two addresses: ``upload`` for twine, ``simple`` for installers (without a slash at the end)."""

    upload: str
    simple: str


def addresses(config: IndexConfig) -> Addresses:
    """Return the index's addresses: the configured ones, else those that its alias stands for.

    Raises:
        ConfigurationError: an address is missing or is not an http or https one.
    """
    aliases = {
        "pypi": Addresses(DEFAULT_REPOSITORY, PyPI.simple_url),
        "testpypi": Addresses(TEST_REPOSITORY, TestPyPI.simple_url),
    }
    alias = aliases.get(config.name, Addresses("", ""))
    found = Addresses(config.upload or alias.upload, (config.simple or alias.simple).rstrip("/"))
    for key, value in (("upload", found.upload), ("simple", found.simple)):
        if not is_web_address(value):
            raise ConfigurationError(
                f"The index {config.name} has no {key} address that starts with http:// or https://.",
                hint=f"Give tool.releasegate.indexes.{config.name} its two addresses, upload and simple.",
            )
    return found


def is_web_address(url: str) -> bool:
    """Whether *url* is an http or https address with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in SCHEMES and bool(parts.hostname)
    except ValueError:
        return False
