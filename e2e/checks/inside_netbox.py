"""Runs inside the NetBox container, through its own shell command: what only Django itself can tell.

The first argument of the story is the environment's RELEASEGATE_PLUGIN_MODULE; the last printed line that starts with
the mark holds one JSON object.
"""

# ruff: noqa: T201 -- printing is how the answer leaves the container
import io
import json
import os
import re
from typing import Any

from django.apps import apps  # type: ignore[import-not-found]
from django.conf import settings  # type: ignore[import-not-found]
from django.core.management import call_command  # type: ignore[import-not-found]
from django.db import connection, transaction  # type: ignore[import-not-found]
from django.db.migrations.executor import MigrationExecutor  # type: ignore[import-not-found]
from django.urls import get_resolver  # type: ignore[import-not-found]

MODULE = os.environ["RELEASEGATE_PLUGIN_MODULE"]
CONFIGS = [app for app in apps.get_app_configs() if app.name == MODULE or app.name.startswith(f"{MODULE}.")]
BASE = getattr(CONFIGS[0], "base_url", "") or CONFIGS[0].label


def unapplied() -> list[str]:
    """Name the migrations that the database lacks, of every app."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def ungenerated() -> str:
    """Return what `makemigrations --check` would write for the plugin; nothing when the models are covered."""
    words = io.StringIO()
    labels = [app.label for app in CONFIGS]
    try:
        call_command("makemigrations", *labels, check_changes=True, dry_run=True, stdout=words, stderr=words)
    except SystemExit as stop:
        return words.getvalue() if stop.code else ""
    return ""


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


def routes(patterns: Any, before: str = "") -> list[str]:
    """Return the paths of the URL patterns that need no argument."""
    found = []
    for entry in patterns:
        own = re.sub(r"^\^|\$$|\\Z$", "", str(entry.pattern)).replace(r"\.", ".")
        path = before + own
        if "<" in path or "(" in path:
            continue
        found += routes(entry.url_patterns, path) if hasattr(entry, "url_patterns") else [path]
    return found


def facts() -> dict[str, Any]:
    """Collect everything in one start of Django, which costs seconds."""
    models = [model for app in CONFIGS for model in app.get_models(include_auto_created=True)]
    pages = routes(get_resolver().url_patterns)
    return {
        "netbox": str(getattr(settings, "VERSION", "")),
        "plugin": str(getattr(CONFIGS[0], "version", "")),
        "base": BASE,
        "unapplied": unapplied(),
        "ungenerated": ungenerated(),
        "models": {model._meta.label: unreadable(model) for model in models},
        "pages": sorted({page for page in pages if page.startswith(f"plugins/{BASE}/")}),
        "api": sorted({page for page in pages if page.startswith(f"api/plugins/{BASE}/")}),
    }


print("RELEASEGATE-FACTS " + json.dumps(facts()))
