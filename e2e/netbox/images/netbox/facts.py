"""What only NetBox's own Django can tell of the plugins; told where it runs already, for a start costs seconds."""

from __future__ import annotations

import importlib.metadata
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from offered import offered, tables
from registered import unregistered
from views import asking, host_lists, host_pages, menu, nobodys, shown_models, widgets


def facts(plugins: list[str]) -> dict[str, Any]:
    """Return the state of the database, the models and the addresses of the plugins, by their modules.

    ``base`` is the first one's word for itself in addresses.
    """
    found = {module: _configs(module) for module in plugins}
    bases = {module: base_of(configs, module) for module, configs in found.items()}
    every = [config for configs in found.values() for config in configs]
    models = [model for config in every for model in config.get_models(include_auto_created=True)]
    known = [addresses(base) for base in bases.values()]
    return {
        "plugins": {module: {"package": package_of(module), "base": bases[module]} for module in plugins},
        "base": next(iter(bases.values()), ""),
        "unapplied": unapplied(),
        "ungenerated": ungenerated([config.label for config in every]),
        "undone": {config.label: undone(config.label) for config in every},
        "static": sorted({file for config in every for file in static_files(config.path)}),
        "models": {model._meta.label: unreadable(model) for model in models},
        "pages": [page for pages, _ in known for page in pages],
        "asking": [page for base in bases.values() for page in asking(_patterns()[0], base)],
        "api": [route for _, routes in known for route in routes],
        "host": host_pages(plugins),
        "host lists": host_lists(plugins),
        "widgets": widgets(plugins),
        "menu": menu(),
        "nobodys": nobodys(),
        "unregistered": unregistered(every),
        "tables": {page: each for base in bases.values() for page, each in tables(_patterns()[0], base).items()},
        "offered": [offered(*_patterns(), base) for base in bases.values()],
        "shown": _shown(bases.values(), {model._meta.label for model in models}),
    }


def _configs(module: str) -> list[Any]:
    """Return the apps of a plugin: its own, and those that it brings."""
    return [app for app in apps.get_app_configs() if app.name == module or app.name.startswith(f"{module}.")]


def base_of(configs: list[Any], module: str) -> str:
    """Return the plugin's word for itself in addresses."""
    return str(next((getattr(app, "base_url", "") or app.label for app in configs), module))


def package_of(module: str) -> str:
    """Return the name of the distribution that a module came with."""
    found = importlib.metadata.packages_distributions().get(module.partition(".")[0], [module])
    return str(found[0])


def unapplied() -> list[str]:
    """Name the migrations that the database lacks, of every app."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def ungenerated(labels: list[str]) -> str:
    """Return what `makemigrations --check` would write for these apps; nothing when their models are covered."""
    if not labels:
        return ""
    words = io.StringIO()
    try:
        call_command("makemigrations", *labels, check_changes=True, dry_run=True, stdout=words, stderr=words)
    except SystemExit as stop:
        return words.getvalue() if stop.code else ""
    return ""


def undone(label: str) -> list[tuple[str, bool]]:
    """Return an app's migrations in the order that they were written in, and whether each can be undone."""
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return [
        (name, all(map(_can_be_undone, each.operations))) for (app, name), each in sorted(found.items()) if app == label
    ]


def _can_be_undone(operation: Any) -> bool:
    inside = getattr(operation, "database_operations", None)
    return all(map(_can_be_undone, inside)) if inside is not None else bool(operation.reversible)


def static_files(folder: str) -> Iterator[str]:
    """Yield the files that an app brings for NetBox to hand out, as pages name them."""
    root = Path(folder, "static")
    return (file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file())


def unreadable(model: Any) -> str:
    """Select every concrete field of one model, so that a missing table or column shows."""
    names = [field.attname for field in model._meta.concrete_fields]
    try:
        with transaction.atomic():  # a failed query must not spoil the next model's
            list(model._base_manager.values_list(*names)[:1])
            model._base_manager.count()
    except Exception as error:  # noqa: BLE001 -- whatever the database says is the finding
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"
    return ""


def addresses(base: str) -> tuple[list[str], list[str]]:
    """Return the plugin's pages and API routes that need no argument."""
    pages, api = _patterns()
    found = {*routes(pages, "plugins/"), *routes(api, "api/plugins/")}
    roots = (f"plugins/{base}/", f"api/plugins/{base}/")
    own, own_api = (sorted(path for path in found if path.startswith(root)) for root in roots)
    return own, own_api


def _patterns() -> tuple[Any, Any]:
    """Return the URL patterns of all plugins' pages, and of their API routes."""
    # Loading all of NetBox's addresses makes its whole GraphQL schema, too: half of what a start costs.
    try:
        from netbox.plugins.urls import plugin_api_patterns, plugin_patterns
    except ImportError:  # they were moved in NetBox 4
        from extras.plugins.urls import plugin_api_patterns, plugin_patterns
    return plugin_patterns, plugin_api_patterns


def _shown(bases: Iterable[str], labels: set[str]) -> dict[str, Any]:
    """Return the pages and API routes of the plugins' own models, by the model."""
    found = [shown_models(*_patterns(), base) for base in bases]
    return {label: each for models in found for label, each in models.items() if label in labels}


def routes(patterns: Any, before: str) -> Iterator[str]:
    """Yield the paths of the URL patterns that need no argument."""
    for entry in patterns:
        path = before + re.sub(r"^\^|\$$|\\Z$", "", str(entry.pattern)).replace(r"\.", ".")
        if "<" in path or "(" in path:
            continue
        if hasattr(entry, "url_patterns"):
            yield from routes(entry.url_patterns, path)
        else:
            yield path
