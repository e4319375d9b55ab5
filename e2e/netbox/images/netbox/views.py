"""Which of the plugin's pages and API routes show which of its models: told by the views themselves."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from kinds import kinds

KINDS = {
    "BulkDeleteView": "bulk-delete",
    "BulkEditView": "bulk-edit",
    "BulkRenameView": "bulk-rename",
    "BulkImportView": "import",
    "ObjectListView": "list",
    "ObjectEditView": "add",
}
"""NetBox's generic views that need no record, by what is done with them."""
_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


def shown_models(patterns: Any, api_patterns: Any, base: str) -> dict[str, dict[str, Any]]:
    """Return for each model its pages without an argument, those of one record (``{pk}``), and its API's list.

    ``relations`` names the model that each of its fields refers to, ``kinds`` those that may refer to several.
    """
    found: dict[str, dict[str, Any]] = {}
    nameless: list[str] = []

    def entry(model: Any) -> dict[str, Any]:
        empty: dict[str, Any] = {"api": "", "pages": {}, "record": {}, "relations": _relations(model), "kinds": []}
        return found.setdefault(model._meta.label, empty)

    for path, view in views(patterns, "plugins/", base):
        model, of_record = _model(view), path.count("{") == path.count("{pk}") == 1
        if of_record and not hasattr(getattr(view.callback, "view_class", None), "get"):
            continue
        if model is None:
            nameless += [path] if of_record else []
        elif of_record:
            entry(model)["record"].setdefault(_tab(path), path)
        elif "{" not in path:
            entry(model)["pages"].setdefault(_kind(view.callback), path)
    for path, view in views(api_patterns, "api/plugins/", base):
        model = getattr(getattr(getattr(view.callback, "cls", None), "queryset", None), "model", None)
        listed = (getattr(view.callback, "actions", None) or {}).get("get") == "list"
        if model is not None and listed and "{" not in path:
            entry(model)["api"] = entry(model)["api"] or path
            entry(model)["kinds"] = kinds(model, view.callback.cls)
    for each in found.values():
        own = each["record"].get("")
        each["record"] |= {_tab(path): path for path in nameless if own and path.startswith(own)}
    return found


def asking(patterns: Any, base: str) -> list[str]:
    """Return the pages without an argument whose own view reads the query: without one, it may show nothing."""
    return sorted(path for path, view in views(patterns, "plugins/", base) if "{" not in path and _reads(view.callback))


def _reads(callback: Any) -> bool:
    """Whether a view, as the plugin wrote it, reads the query of an address."""
    view = getattr(callback, "view_class", callback)
    root = str(getattr(view, "__module__", "")).partition(".")[0]
    own = [each for each in getattr(view, "__mro__", (view,)) if str(each.__module__).partition(".")[0] == root]
    try:
        return any("request.GET" in inspect.getsource(each) for each in own)
    except (OSError, TypeError):  # what was compiled, or made while it runs, has no source
        return False


def host_pages(modules: Sequence[str]) -> dict[str, list[str]]:
    """Return what the plugins add to the pages of NetBox's own records: by model, the tabs; "" is the page itself."""
    found: dict[str, set[str]] = {}
    for module in modules:
        for model, tabs in _added(module):
            found.setdefault(model, set()).add(tabs)
    return {model: sorted(tabs) for model, tabs in sorted(found.items())}


def _added(module: str) -> Iterator[tuple[str, str]]:
    """Yield the models of NetBox's own to which a plugin adds a page, and that page."""
    from netbox.registry import registry

    views = [
        (app, model, each) for app, models in registry["views"].items() for model in models for each in models[model]
    ]
    for app, model, each in views:
        shows = each.get("detail", True) and hasattr(each["view"], "get")
        if shows and _is_of(each["view"], module) and app != module.rpartition(".")[2]:
            yield f"{app}.{model}", f"{each['path']}/"
    for model, extensions in registry["plugins"]["template_extensions"].items():
        if model and not model.startswith(f"{module}.") and any(_is_of(each, module) for each in extensions):
            yield model, ""


def host_lists(modules: Sequence[str]) -> list[str]:
    """Return the models of NetBox's own to whose lists the plugins add something."""
    from netbox.registry import registry

    return sorted(
        model
        for model, extensions in registry["plugins"]["template_extensions"].items()
        if model
        and any(
            "list_buttons" in vars(each)
            for extension in extensions
            if any(_is_of(extension, module) and not model.startswith(f"{module}.") for module in modules)
            for each in extension.__mro__[:-1]
            if any(_is_of(each, module) for module in modules)
        )
    )


def menu() -> list[str]:
    """Return what the plugins add to NetBox's menu, by the names of the pages that it leads to; a button by both."""
    items = _menu_items()
    buttons = {f"{item.link} {each.link}" for item in items for each in getattr(item, "buttons", None) or ()}
    return sorted({str(item.link) for item in items} | buttons)


def nobodys() -> dict[str, str]:
    """Return the entries and buttons of the plugins' menus that ask for a permission which none but a superuser has.

    Permissions are of models; a menu may leave an entry to the superuser by saying so.
    """
    from django.apps import apps

    kinds = {(model._meta.app_label, model._meta.model_name) for model in apps.get_models()}

    def unknown(permission: str) -> bool:
        app, _, rest = permission.partition(".")
        return (app, rest.rpartition("_")[2]) not in kinds

    items = [item for item in _menu_items() if not getattr(item, "staff_only", False)]
    every = [each for item in items for each in (item, *(getattr(item, "buttons", None) or ()))]
    asked = {str(each.link): [str(name) for name in each.permissions or () if unknown(str(name))] for each in every}
    return {link: ", ".join(names) for link, names in asked.items() if names}


def _menu_items() -> list[Any]:
    from netbox.registry import registry

    plugins = registry["plugins"]
    groups = [group for each in plugins.get("menus") or () for group in each.groups]
    single = (plugins.get("menu_items") or {}).values()
    return [item for each in (*(group.items for group in groups), *single) for item in each]


def widgets(modules: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return what the plugins offer for NetBox's start page: by name, what a person leaves as it is offered.

    One that needs a choice first is left out.
    """
    from netbox.registry import registry

    offered = registry["widgets"].items() if "widgets" in registry else ()
    own = {name: each for name, each in offered if any(_is_of(each, module) for module in modules)}
    found = {name: _settled(each) for name, each in own.items()}
    return {name: config for name, config in sorted(found.items()) if config is not None}


def _settled(widget: Any) -> dict[str, Any] | None:
    """Return a widget's configuration as its form shows it; nothing where the form wants more, or cannot be shown."""
    try:
        form = widget.ConfigForm(initial=widget.default_config or {})
        shown = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
        json.dumps(shown | (widget.default_config or {}))
    except Exception:  # noqa: BLE001 -- that the form opens is not judged here
        return None
    lacks = any(field.required and shown[name] in (None, "", []) for name, field in form.fields.items())
    return None if lacks else {**shown, **(widget.default_config or {})}


def views(patterns: Any, before: str, base: str) -> Iterator[tuple[str, Any]]:
    """Yield the plugin's own views with their paths; an argument stands there by its name."""
    root = f"{before}{base}/" if before.endswith("plugins/") else ""
    for entry in patterns:
        text = re.sub(r"^\^|\$$|\\Z$", "", str(entry.pattern)).replace(r"\.", ".")
        path = before + _ARGUMENT.sub(lambda found: f"{{{found[2] or found[3]}}}", text)
        if not path.startswith(root):
            continue
        if hasattr(entry, "url_patterns"):
            yield from views(entry.url_patterns, path, base)
        elif "(" not in path:
            yield path, entry


def _tab(path: str) -> str:
    return path.partition("{pk}")[2].strip("/")


def _model(view: Any) -> Any:
    """Return the model that a view names; nothing where it names none."""
    shown = getattr(view.callback, "view_class", None)
    queryset = getattr(shown, "queryset", None)
    return getattr(queryset, "model", None) or view.default_args.get("model")


def _kind(callback: Any) -> str:
    names = [base.__name__ for base in getattr(callback, "view_class", type(None)).__mro__]
    return next((KINDS[name] for name in names if name in KINDS), "shows")


def _is_of(what: Any, module: str) -> bool:
    name = str(getattr(what, "__module__", ""))
    return name == module or name.startswith(f"{module}.")


def _relations(model: Any) -> dict[str, str]:
    """Return the model that each field refers to, as NetBox calls it."""
    fields = (*model._meta.concrete_fields, *model._meta.many_to_many)
    related = {field.name: field.related_model for field in fields if field.related_model is not None}
    return {name: each._meta.label_lower for name, each in related.items() if hasattr(each, "_meta")}
