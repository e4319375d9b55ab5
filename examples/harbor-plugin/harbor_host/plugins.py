"""What a plugin says about itself, and how it is loaded.

A plugin is a package with a ``config`` (a ``PluginConfig`` class), a module ``views`` with ``PAGES`` and ``ACTIONS``,
and a package ``migrations`` whose modules hold ``OPERATIONS`` and are applied in the order of their names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import ClassVar

from harbor_host.pages import Html
from harbor_host.records import CreateTable, Outcome, Records

Settings = Mapping[str, str]
Page = Callable[[Records], Html]
Action = Callable[[Records, Settings], Mapping[Outcome, int]]


class PluginError(Exception):
    """A plugin cannot be loaded, or cannot do what it was asked for; the text is for the host's user."""


class PluginConfig:
    """What every plugin states as class attributes; the host's versions are both inclusive."""

    name: ClassVar[str]
    verbose_name: ClassVar[str]
    version: ClassVar[str]
    base_url: ClassVar[str]
    min_version: ClassVar[str] = "0"
    max_version: ClassVar[str] = "9999"
    default_settings: ClassVar[Settings] = MappingProxyType({})


@dataclass(frozen=True)
class Plugin:
    """A loaded plugin."""

    config: type[PluginConfig]
    pages: Mapping[str, Page]
    actions: Mapping[str, Action]
    operations: tuple[CreateTable, ...]


def load_plugin(name: str, *, host_version: str) -> Plugin:
    """Import the plugin; raises ``PluginError`` where it is none or does not take this host."""
    try:
        config: type[PluginConfig] = import_module(name).config
        _check_host(config, host_version)
        views = import_module(f"{name}.views")
        return Plugin(config, views.PAGES, views.ACTIONS, _operations(f"{name}.migrations"))
    except (ImportError, AttributeError) as error:
        raise PluginError(f"{name} is not a plugin: {error}") from error


def _check_host(config: type[PluginConfig], host_version: str) -> None:
    lowest, highest = _numbers(config.min_version), _numbers(config.max_version)
    # Cut to the limit's length, so that a maximum of 2.9 takes every 2.9.x.
    if not lowest <= _numbers(host_version) or _numbers(host_version)[: len(highest)] > highest:
        raise PluginError(
            f"{config.name} {config.version} takes a host from {config.min_version} to {config.max_version}; "
            f"this is {host_version}"
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _operations(package: str) -> tuple[CreateTable, ...]:
    names = sorted(module.name for module in iter_modules(import_module(package).__path__))
    return tuple(operation for name in names for operation in import_module(f"{package}.{name}").OPERATIONS)
