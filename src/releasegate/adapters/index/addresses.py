"""Where an index takes uploads and where installers read it; libraries know the aliases' addresses."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from releasegate.core.config.keys import IndexConfig
from releasegate.core.errors import ConfigurationError
from releasegate.core.frozen import dataclass

SCHEMES = ("http", "https")
ALIASES = ("pypi", "testpypi")


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
    simple = config.simple or _simple_of(config.name)
    found = Addresses(config.upload or _upload_of(config.name), simple.rstrip("/"))
    for key, value in (("upload", found.upload), ("simple", found.simple)):
        if not is_web_address(value):
            raise ConfigurationError(
                f"The index {config.name} has no {key} address that starts with http:// or https://.",
                hint=f"Give tool.releasegate.indexes.{config.name} its two addresses, upload and simple",
            )
    return found


def _upload_of(alias: str) -> str:
    """Return where twine uploads to by that name; nothing for a name that is no alias."""
    names = {"pypi": "DEFAULT_REPOSITORY", "testpypi": "TEST_REPOSITORY"}
    return constant("twine.utils", names[alias]) if alias in names else ""


def _simple_of(alias: str) -> str:
    """Return the simple pages of that name; nothing for a name that is no alias."""
    if alias == "pypi":
        return constant("pypi_simple", "PYPI_SIMPLE_ENDPOINT")
    # No library tells TestPyPI's: they are on the host of its uploads, under the path that PyPI's are under.
    return urljoin(_upload_of(alias), "/simple/") if alias in ALIASES else ""


def constant(module: str, name: str) -> str:
    """Return the text that an installed library's *module* assigns to *name*."""
    return _constants(module).get(name) or str(getattr(import_module(module), name))


@cache
def _constants(module: str) -> Mapping[str, str]:
    """Return the texts that a module assigns to names, as far as they stand in its source.

    To import twine and pypi-simple costs a second of a processor, and most commands need nothing else of them.
    """
    package, _, rest = module.partition(".")
    spec = find_spec(package)
    source = Path(spec.origin or "").with_name(f"{rest or '__init__'}.py") if spec is not None else Path()
    found: dict[str, str] = {}
    for statement in ast.parse(source.read_text(encoding="utf-8")).body if source.is_file() else ():
        if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.Constant):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            found.update((each.id, str(statement.value.value)) for each in targets if isinstance(each, ast.Name))
    return found


def is_web_address(url: str) -> bool:
    """Whether *url* is an http or https address with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in SCHEMES and bool(parts.hostname)
    except ValueError:
        return False
