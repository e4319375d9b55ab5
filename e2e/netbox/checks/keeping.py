"""Whether a record keeps what it was told: made and changed through the API, and by a form that is sent back."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import requests
from words import words

from api_description import Field
from holdings import MOMENTS
from making import LEFT_OUT, Made, Maker, shortened
from netbox import NetBox
from samples import NAMED, sample

ROUNDS = 4
"""How often a change is tried again without what is refused of it."""
FEW = 3
EMPTY: tuple[Any, ...] = (None, "", False, [], {})


def kept(sent: Any, shown: Any) -> bool:
    """Whether *shown* stands for what was *sent*: a record by its number, a choice by its value, a text freely."""
    if isinstance(sent, list):
        return all(any(kept(each, other) for other in shown or ()) for each in sent)
    if isinstance(shown, dict):
        return isinstance(sent, dict) or str(sent) in {str(shown.get("value")), str(shown.get("id"))}
    if isinstance(sent, str):
        return _written(sent, "" if shown is None else str(shown))
    if isinstance(sent, bool) or isinstance(shown, bool):
        return sent is shown or sent is None
    numbers = isinstance(sent, int | float)
    return not numbers or str(shown).removesuffix(".0") == str(sent) or _number(shown) == sent


def _written(sent: str, shown: str) -> bool:
    """Whether a text is what was sent: how it is written is the plugin's matter, and a file is shown by where it is."""
    if not _bare(sent) or ("://" in shown and "://" not in sent):
        return True
    one, other = _bare(sent), _bare(shown)
    return bool(other) and (one in other or other in one)


def departures(sent: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    """Say what a record shows otherwise than it was sent, or nothing; what it does not show at all may be secret."""
    found = [f"{name} is {_flat(shown[name])!r}, not {sent[name]!r}" for name in departing(sent, shown)]
    return "; ".join(found[:FEW])


def departing(sent: Mapping[str, Any], shown: Mapping[str, Any]) -> list[str]:
    """Return the fields that a record shows otherwise than it was sent."""
    return [name for name, value in sent.items() if name in shown and not kept(value, shown[name])]


def lost(held: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    """Say what a record held and holds no more, or nothing: that something is another now may be meant so."""
    return departures({name: value for name, value in held.items() if shown.get(name) in EMPTY}, shown)


def changes(fields: Iterable[Field], record: Mapping[str, Any]) -> dict[str, Any]:
    """Return another value for each plain field of a record that can be told what to hold."""
    return {
        field.name: value
        for field in fields
        if field.name in record and field.name not in LEFT_OUT and not field.refers_to and not field.many
        if (value := _other(field, _flat(record[field.name]))) is not None
    }  # fmt: skip


def _other(field: Field, now: Any) -> Any:
    """Return a value that a field does not hold; nothing where its description tells of none."""
    schema, kind = field.schema, field.schema.get("type")
    if choices := [each for each in schema.get("enum", ()) if each not in {None, "", now}]:
        return choices[0]
    if kind == "boolean" and isinstance(now, bool):
        return not now
    if kind == "integer" and isinstance(now, int):
        return now + 1 if now < schema.get("maximum", now + 1) else now - 1
    formed = schema.get("format") or schema.get("enum") or any(named.search(field.name) for named, _ in NAMED)
    return sample(field.name, schema) if kind == "string" and not formed else None


def unkept(netbox: NetBox, maker: Maker, record: Made) -> str:
    """Change all of a record that can be, and say what it does not keep of that, or nothing."""
    taken = maker.described.takes(record.route)
    plain = (each for each in taken if not maker.refers_to(record.route, each))
    fields = {each.name: replace(each, required=False) for each in plain}  # a change needs nothing
    body = changes(fields.values(), netbox.get(record.address))
    for _ in range(ROUNDS):
        said = netbox.request("PATCH", record.address, json=body)
        if said.status_code != requests.codes.bad_request:
            break
        if not shortened(fields, body, said) or not body:
            return ""
    if said.status_code >= requests.codes.internal_server_error:
        return f"answered {said.status_code}{words(said)} to a change of {', '.join(sorted(body))}"
    return departures(body, netbox.get(record.address)) if said.ok else ""


def told(netbox: NetBox, maker: Maker, record: Made) -> str:
    """Say what a record does not keep of what it was made with, or changed to; nothing where all is as it was told.

    What a field holds may follow from what else the record holds: a record of which another choice was made, or one
    that refers to another kind or to nothing, keeps it then.
    """
    names = departing(record.sent, netbox.get(record.address))
    said = departures(record.sent, netbox.get(record.address)) if names else unkept(netbox, maker, record)
    follows = said and (
        _follows_a_kind(netbox, maker, record, names) or _follows_a_choice(netbox, maker, record, names)
    )
    return "" if follows else said


def _follows_a_choice(netbox: NetBox, maker: Maker, record: Made, names: Collection[str]) -> bool:
    """Whether a record of the same list that refers to nothing keeps all *names* with one choice or another.

    To hold what any record holds there is not to keep it.
    """
    anyhow = netbox.get(record.address)
    for choice in range(FEW if names else 0):
        other = replace(maker, choice=choice, alone=True).make(record.route, whole=True)
        sent = {name: other.sent[name] for name in names if name in other.sent}
        if len(departing(sent, anyhow)) == len(names) and not departing(sent, netbox.get(other.address)):
            return True
    return False


def _follows_a_kind(netbox: NetBox, maker: Maker, record: Made, names: Iterable[str]) -> bool:
    """Whether a record of the same list that refers to something of another kind keeps all that this one does not."""
    passed = {str(record.sent.get(each.kind)) for each in maker.several.get(record.route, ()) if each.among}
    while passed and len(passed) <= FEW:
        maker.passed_over = passed
        other = maker.make(record.route, whole=True)
        maker.passed_over = set()
        kinds = {str(other.sent.get(each.kind)) for each in maker.several[record.route] if each.among}
        if not other.number or kinds <= passed:
            return False
        passed |= kinds
        sent = {name: value for name, value in other.sent.items() if name in names}
        if sent.keys() >= set(names) and not departing(sent, netbox.get(other.address)):
            return not unkept(netbox, maker, other)
    return False


def settled(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a record no edit changes that changes nothing, as it would be sent."""
    return {name: _flat(value) for name, value in record.items() if not name.endswith((*MOMENTS, "_count"))}


def _flat(value: Any) -> Any:
    """Return what stands for a value: of another record its number, of a choice its value."""
    if isinstance(value, list):
        return [_flat(each) for each in value]
    return value.get("value", value.get("id", value)) if isinstance(value, dict) else value


def _number(shown: Any) -> float | None:
    try:
        return float(shown)
    except (TypeError, ValueError):
        return None


def _bare(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())
