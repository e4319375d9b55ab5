"""Whether NetBox took what a plugin brings from where it looks for it: that is done when the plugin is ready.

The places and what is done with each: netbox/plugins/__init__.py and netbox/plugins/registration.py of NetBox. GraphQL
is taken later, and asked.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any


def unregistered(configs: Sequence[Any]) -> dict[str, str]:
    """Return what the plugins bring and NetBox does not know, by its name, with words."""
    from netbox.registry import registry

    loads = [(config, load) for config in configs if (load := getattr(config, "_load_resource", None)) is not None]
    return dict(each for config, load in loads for each in _unknown(config, load, registry))


def _unknown(config: Any, load: Callable[[str], Any], registry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    plugins = registry["plugins"]
    known: dict[str, Callable[[Any], bool]] = {
        "menu": lambda brought: brought in plugins.get("menus", ()),
        "menu_items": lambda _: config.verbose_name in plugins.get("menu_items", {}),
        "template_extensions": lambda brought: all(_is_there(each, plugins["template_extensions"]) for each in brought),
        "search_indexes": lambda brought: all(_is_there(each, {"": registry["search"].values()}) for each in brought),
        "user_preferences": lambda _: config.name.rpartition(".")[2] in plugins.get("preferences", {}),
    }
    for name, is_known in known.items():
        try:
            brought = load(name) or _looked_for(config, name)
        except Exception as error:  # noqa: BLE001 -- whatever keeps it from being loaded is the finding
            yield f"{config.name} {name}", f"cannot be loaded: {type(error).__name__}: {error}"
            continue
        if brought and not is_known(brought):
            yield f"{config.name} {name}", "is there, and was not registered"


def _looked_for(config: Any, name: str) -> None:
    """Import the module where NetBox looks by itself: what that lacks it takes for a module that is not there."""
    try:
        from netbox.plugins import DEFAULT_RESOURCE_PATHS
    except ImportError:  # they were moved in NetBox 4
        from extras.plugins import DEFAULT_RESOURCE_PATHS
    module = f"{config.__module__}.{DEFAULT_RESOURCE_PATHS[name].rpartition('.')[0]}"
    try:
        there = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # the configuration is in a module that is no package
        there = False
    if there and not getattr(config, name, None):
        importlib.import_module(module)


def _is_there(what: Any, held: Mapping[Any, Any]) -> bool:
    """Whether one of the groups has it: itself, or what is made of it."""
    return any(what is each or what is type(each) for group in held.values() for each in group)
