"""What NetBox's Django tells of the plugin for the checks: kinds that are referred to, and pages that read a query."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from suite_modules import of_the_image


class Kinds(list[Any]):
    """NetBox's kinds, which can be counted and narrowed."""

    def all(self) -> Kinds:
        """Return all of them."""
        return self

    def complex_filter(self, limit: Any) -> Kinds:
        """Return those of these models, or all."""
        return Kinds(each for each in self if each.model in limit) if limit else self


@pytest.mark.parametrize(
    ("limit", "serialized", "among"),
    [
        (("device",), None, ["dcim.device"]),
        (("device",), ("site",), ["dcim.site"]),
        (("device",), ("device", "site", "vlan"), ["dcim.device"]),
        ((), ("site",), ["dcim.site"]),
        ((), None, []),
        ((), ("device", "site", "vlan"), []),
    ],
)
def test_what_may_refer_to_several_kinds_is_told_with_those_that_are_admitted(
    limit: tuple[str, ...], serialized: tuple[str, ...] | None, among: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    every = Kinds(
        SimpleNamespace(app_label=app, model=model)
        for app, model in (("dcim", "device"), ("dcim", "site"), ("ipam", "vlan"))
    )

    class ContentType:
        objects = every

    contents = ModuleType("django.contrib.contenttypes.models")
    contents.ContentType = ContentType  # type: ignore[attr-defined]
    for name in ("django", "django.contrib", "django.contrib.contenttypes"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, contents.__name__, contents)
    kind = SimpleNamespace(name="kind", related_model=ContentType, get_limit_choices_to=lambda: limit)
    plain = SimpleNamespace(name="name", related_model=None)
    generic = SimpleNamespace(ct_field="kind", fk_field="number")
    meta = SimpleNamespace(concrete_fields=(kind, plain), many_to_many=(), private_fields=(generic, object()))
    chooses = SimpleNamespace(queryset=every.complex_filter(serialized))
    fields = {"kind": chooses if serialized else SimpleNamespace(), "name": SimpleNamespace(queryset=None)}
    viewset = SimpleNamespace(serializer_class=lambda: SimpleNamespace(fields=fields))
    model = SimpleNamespace(_meta=meta)
    told = {"kind": "kind", "number": "number", "among": among}
    assert of_the_image("kinds").kinds(model, viewset) == [told]
    shy = [told | {"among": ["dcim.device"]}] if limit else [told | {"among": []}]
    assert of_the_image("kinds").kinds(model, SimpleNamespace(serializer_class=Shy)) == shy


class Shy:
    """Of records that depend on what is asked."""

    def __init__(self) -> None:
        raise LookupError


def reads(request: Any) -> Any:
    """Show what the address asks for."""
    return request.GET


def shows_all(request: Any) -> Any:
    """Show what there is, whatever is asked."""
    return request


def test_a_page_that_reads_its_query_is_told_apart_by_what_the_plugin_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kinds", of_the_image("kinds"))
    asks = type("Asks", (), {"get": reads, "__module__": __name__})
    pages = [
        SimpleNamespace(
            pattern="app/",
            url_patterns=[
                SimpleNamespace(pattern=path, callback=callback, default_args={})
                for path, callback in (
                    ("function/", reads), ("other/", shows_all), ("none/", SimpleNamespace(view_class=asks)),
                    ("made/", SimpleNamespace(view_class=Shy)), ("one/<int:pk>/", reads),
                )
            ],
        )
    ]  # fmt: skip
    # A class that was made while it runs has no source, and is taken to read nothing.
    assert of_the_image("views").asking(pages, "app") == ["plugins/app/function/"]
