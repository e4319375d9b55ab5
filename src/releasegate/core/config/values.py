"""What may stand at a key of the configuration."""

from __future__ import annotations

from typing import Any

from releasegate.core.config import strings as checks
from releasegate.core.config.messages import is_secret, kind_of, typed
from releasegate.core.config.reader import Site, ValueKind, list_of, text
from releasegate.core.config.stack import netbox
from releasegate.core.e2e.matrix import PATHS as UPGRADE_PATHS
from releasegate.core.e2e.matrix import SERVICES as PROXMOX_SERVICES

# A hundred years: what is longer is a mistake, and too long for a clock.
_LONGEST = 3.2e9


def _read_seconds(value: Any, _: Site) -> float:
    if type(value) not in {int, float}:
        raise ValueError(f"is {kind_of(value)}; write a number of seconds, e.g. 300")
    if not 0 < value < _LONGEST:
        raise ValueError("is not a length of time; write a number of seconds above 0, e.g. 300")
    return float(value)


def _read_amount(value: Any, _: Site) -> float:
    if type(value) not in {int, float} or not 0 <= value < _LONGEST:
        raise ValueError("is no amount; write a number, 0 for no limit of its own")
    return float(value)


def _read_variables(value: Any, site: Site) -> dict[str, str]:
    typed(value, dict, instead='a table of environment variables, e.g. { MODE = "test" }')
    read: dict[str, str] = {}
    for name, given in value.items():
        at = site.at(name)
        if checks.is_variable(name) and isinstance(given, str) and not is_secret(given):
            read[name] = given
        else:
            at.wrong('is no variable with a plain text; write NAME = "value", and {secret} for a secret')
    return read


def _read_flag(value: Any, _: Site) -> bool:
    typed(value, bool, instead="true or false, without quotes")
    return bool(value)


def _read_pythons(value: Any, site: Site) -> tuple[str, ...]:
    read: tuple[str, ...] = _MINORS.read(value, site)
    if len(set(read)) < len(read):
        raise ValueError("names a version twice; write each once")
    return tuple(sorted(read, key=lambda minor: [int(part) for part in minor.split(".")]))


def _read_command(value: Any, site: Site) -> tuple[str, ...]:
    words: tuple[str, ...] = _WORDS.read(value, site)
    if words and not words[0].strip():
        raise ValueError("starts with an empty word; write the program first")
    return words


def _read_service(value: Any, site: Site) -> tuple[str, ...]:
    words = _read_command(value, site)
    if words and not any("{port}" in word for word in words):
        raise ValueError('has no {port}; write it where the port goes, e.g. ["python", "-m", "app", "{port}"]')
    return words


NAME = text("a package's name", checks.name)
INDEX = text("the name of an index", checks.plain)
VERSION = text("a version", checks.version)
RANGE = text("a version range", checks.version_range)
FOLDER = text("a relative path", checks.folder)
FILE = text("a path inside the package", checks.inside)
TOML_KEY = text("a dotted key", checks.toml_key)
ATTRIBUTE = text("a name or a dotted attribute", checks.attribute)
BRANCH = text("a Git branch", checks.branch)
REMOTE = text("a Git remote", checks.branch)
PREFIX = text("the beginning of a tag", checks.prefix)
VARIABLE = text("the name of an environment variable", checks.variable)
USERNAME = text("a user's name", checks.username)
ADDRESS = text("an http or https address", checks.address)
READY = text("the path of an address", checks.path_of_url)
GLOB = text("a glob pattern", checks.plain)
REASON = text("a reason", checks.plain)
SECONDS = ValueKind("a number of seconds", _read_seconds)
FLAG = ValueKind("true or false", _read_flag)
AMOUNT = ValueKind("a number", _read_amount)
VARIABLES = ValueKind("a table of environment variables", _read_variables)

_WORDS = list_of(text("a word", checks.word), "a list of words, the program first", least=1)
_MINORS = list_of(
    text("a minor version of Python", checks.minor), 'a list of minor versions, e.g. ["3.12", "3.13"]', least=1
)

COMMAND = ValueKind("a list of words, the program first", _read_command)
SERVICE_COMMAND = ValueKind("a list of words, one with {port}", _read_service)
PYTHONS = ValueKind('a list of minor versions, e.g. ["3.12", "3.13"]', _read_pythons)
GLOBS = list_of(GLOB, "a list of glob patterns")
FOLDERS = list_of(text("a folder inside the wheel", checks.inside_text), "a list of folders inside the wheel")
EXTRAS = list_of(text("an extra", checks.extra), "a list of extras")
REQUIREMENTS = list_of(text("a requirement", checks.requirement), "a list of requirements")
COMMANDS = list_of(COMMAND, "a list of commands, each a list of words")
NETBOXES = list_of(text("a NetBox", netbox), 'a list of NetBoxes, e.g. ["image:4.5.8", "4.7.3"]', least=1)
SOURCES = list_of(text("a source", checks.plain), "a list of sources: dist, local or an index", least=1)
CHOSEN_PATHS = list_of(text("a path", checks.one_of(UPGRADE_PATHS)), "a list of fresh and upgrade", least=1)
CHOSEN_SERVICES = list_of(text("a service", checks.one_of(PROXMOX_SERVICES)), "a list of pve, pbs and pdm", least=1)
VERSIONS = list_of(VERSION, "a list of versions")
MODULE = text("a Python module", checks.attribute)
REQUIREMENT = text("a requirement", checks.requirement)
IMAGE = text("the name of an image", checks.plain)
FORGE_KIND = text("a kind of forge", checks.one_of(("github", "gitea")))
REPOSITORY = text("a repository, owner/name", checks.repository)
RUNNER = text("a runner's label", checks.plain)
ENVIRONMENT = text("a deployment environment", checks.plain)
