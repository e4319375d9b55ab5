"""Modules of a Django app that import only in a configured project: Django itself is there, its settings are not.

What Django does when such a module is imported: a model's class looks its app up (AppRegistryNotReady), a setting that
is read looks for the settings (ImproperlyConfigured). What is read in a function is read later.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

REASON = "imports only in a configured Django project"

_CONFIGURED = (
    *("django.contrib.auth.models", "django.contrib.auth.forms", "django.contrib.auth.admin"),
    *("django.contrib.auth.views", "django.contrib.auth.backends", "django.contrib.auth.mixins"),
    *("django.contrib.contenttypes.models", "django.contrib.contenttypes.fields", "django.contrib.contenttypes.admin"),
    *("django.contrib.sites.models", "django.contrib.sessions.models", "django.contrib.flatpages.models"),
    *("django.contrib.redirects.models", "django.contrib.gis.db.models"),
    *("rest_framework.views", "rest_framework.viewsets", "rest_framework.generics", "rest_framework.filters"),
    *("rest_framework.decorators", "rest_framework.routers", "rest_framework.test"),
)
"""What reads settings or defines models when it is imported: each was tried, with Django 5.2 and its REST framework."""

_BASES = frozenset({"Model", "AbstractUser", "AbstractBaseUser", "MPTTModel"})
_CALLED = frozenset({"get_user_model", "swappable_dependency"})


def needs_settings(tree: ast.Module, wanted: tuple[str, ...]) -> bool:
    """Whether a module whose imports are *wanted* cannot be imported without settings."""
    if any(name == each or name.startswith(f"{each}.") for name in wanted for each in _CONFIGURED):
        return True
    reads_settings = "django.conf.settings" in wanted
    for node in _at_import(tree):
        if isinstance(node, ast.ClassDef) and any(_last(base) in _BASES for base in node.bases):
            return any(name.partition(".")[0] in {"django", "rest_framework", "mptt"} for name in wanted)
        if isinstance(node, ast.Call) and _last(node.func) in _CALLED:
            return True
        if reads_settings and isinstance(node, ast.Attribute) and _last(node.value) == "settings":
            return True
    return False


def _last(node: ast.expr) -> str:
    """Return the last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that are evaluated when the module is imported: no function's body, no guarded block's."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for each in (*node.decorator_list, *node.args.defaults):
                yield from (each, *_at_import(each))
        elif not isinstance(node, (ast.Lambda, ast.Try)):
            yield node
            yield from _at_import(node)
