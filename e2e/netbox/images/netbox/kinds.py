"""What a plugin's records may refer to that is of several kinds: a field holds the kind, and another the number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def kinds(model: Any, viewset: Any) -> list[dict[str, Any]]:
    """Return each field of the model that names a kind, the field with the number, and the kinds that are admitted.

    No ``number`` is told where only the kind is held, and no kind where any may be named.
    """
    return list(_kinds(model, viewset))


def _kinds(model: Any, viewset: Any) -> Iterator[dict[str, Any]]:
    from django.contrib.contenttypes.models import ContentType

    numbers = {each.ct_field: each.fk_field for each in model._meta.private_fields if hasattr(each, "ct_field")}
    told = _querysets(viewset)
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
        if isinstance(field.related_model, type) and issubclass(field.related_model, ContentType):
            every = _names(ContentType.objects.all())
            limited = _names(ContentType.objects.complex_filter(getattr(field, "get_limit_choices_to", dict)()))
            taken = _names(told.get(field.name, ())) or every
            admitted = limited & taken or taken
            among = sorted(admitted) if admitted != every else []
            yield {"kind": field.name, "number": numbers.get(field.name, ""), "among": among}


def _names(kinds: Iterable[Any]) -> set[str]:
    return {f"{each.app_label}.{each.model}" for each in kinds}


def _querysets(viewset: Any) -> dict[str, Any]:
    """Return what the fields of the API's records choose among, where they do; nothing where that wants a request."""
    try:
        fields = viewset.serializer_class().fields
        many = {name: getattr(each, "child_relation", each) for name, each in fields.items()}
        return {name: each.queryset.all() for name, each in many.items() if getattr(each, "queryset", None) is not None}
    except Exception:  # noqa: BLE001 -- a serializer may want a request
        return {}
