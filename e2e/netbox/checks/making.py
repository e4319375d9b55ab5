"""Makes records through an API by its own description, and takes them away again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from words import words

from api_description import Described, Field
from netbox import NetBox
from samples import said_of, sample

ROUNDS = 8
"""How often a refusal is answered with another try: each names at least one more field."""
DEPTH = 6
TAKEN = "duplicate key value"
WHOLE = ("non_field_errors", "__all__", "detail")
EMPTY = "may not be empty"
ANY = "dcim.device"
"""What is referred to where anything may be."""
TAGS = "tags"
LEFT_OUT = frozenset({TAGS, "custom_fields", "owner", "changelog_message"})
"""What NetBox itself lets any record have; pages show tags, so a whole record has one."""


@dataclass(frozen=True)
class Made:
    """What came of making one record: its number and address and what was sent for it, or why there is none."""

    number: int = 0
    route: str = ""
    why_not: str = ""
    crashed: bool = False
    sent: Mapping[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Return the API's address of the record."""
        return f"{self.route}{self.number}/"


@dataclass(frozen=True)
class Several:
    """What may refer to records of several kinds: the field with the kind, and with the number, and what is admitted.

    ``number`` is empty where only a kind is held, ``among`` where any may be named.
    """

    kind: str
    number: str = ""
    among: Sequence[str] = ()


@dataclass
class Maker:
    """Makes records; what it made, it takes away in the opposite order.

    ``relations`` names, for a list and a field of it, the list that a bare number refers to, ``several`` what refers to
    records of several kinds, and ``lists`` the list of each kind.
    """

    netbox: NetBox
    described: Described
    relations: Mapping[str, Mapping[str, str]]
    made: list[Made] = field(default_factory=list)
    several: Mapping[str, Sequence[Several]] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    passed_over: set[str] = field(default_factory=set)
    """Kinds that nothing refers to which may refer to several."""
    choice: int = 0
    """Which of its choices a field holds."""
    alone: bool = False
    """Whether a record refers to nothing that it does not need."""

    def make(self, route: str, depth: int = 0, *, whole: bool = False) -> Made:
        """Make one record of a list, and first what it must refer to: of what it needs, or *whole*, of all it takes."""
        fields = {each.name: each for each in self.described.takes(route)}
        if not fields:
            return Made(why_not="its API takes no new records")
        needed = {name for name, each in fields.items() if each.required or (whole and self._is_told(route, each))}
        for each in self.several.get(route, ()):  # a kind says nothing without a number
            needed |= {each.kind, each.number} if needed & {each.kind, each.number} else set()
        wanted = [each for name, each in fields.items() if name in needed]
        values = {each.name: self._value(route, each, depth) for each in wanted}
        lost = {name for name, value in values.items() if value in (0, [0]) and self.refers_to(route, fields[name])}
        for name in (name for name in lost if fields[name].required):
            return Made(why_not=f"it needs a record of {self.refers_to(route, fields[name])}, and none can be made")
        body = {name: value for name, value in values.items() if name not in lost}
        said = self._sent(route, fields, body, depth, whole=whole)
        if said.status_code == requests.codes.created:
            self.made.append(Made(int(said.json()["id"]), route, sent=dict(body)))
            return self.made[-1]
        # That there is one already is a refusal, however it is told.
        crashed = said.status_code >= requests.codes.internal_server_error and TAKEN not in said.text
        return Made(why_not=f"POST {route} answered {said.status_code}{words(said)}", crashed=crashed)

    def _is_told(self, route: str, field: Field) -> bool:
        """Whether a whole record is told what a field that it does not need is to hold."""
        return field.name not in LEFT_OUT - {TAGS} and not (self.alone and self.refers_to(route, field))

    def _sent(
        self, route: str, fields: Mapping[str, Field], body: dict[str, Any], depth: int, *, whole: bool
    ) -> requests.Response:
        """Send a new record, and again as each refusal wants it; a whole one goes without what is refused twice."""
        said = self._posted(route, body)
        for number in range(1, ROUNDS):
            if said.status_code != requests.codes.bad_request:
                break
            without = whole and number > 1 and shortened(fields, body, said)
            amended = without or self._amend(route, fields, body, said, depth)
            if not amended and not (whole and shortened(fields, body, said)):
                break
            said = self._posted(route, body)
        return said

    def _posted(self, route: str, body: Mapping[str, Any]) -> requests.Response:
        """Send a new record: as data, or where a file is among it as a form."""
        files = {name: (name, value) for name, value in body.items() if isinstance(value, bytes)}
        if not files:
            return self.netbox.request("POST", route, json=body)
        rest = {name: str(value).lower() if isinstance(value, bool) else value for name, value in body.items()}
        return self.netbox.request("POST", route, data={n: v for n, v in rest.items() if n not in files}, files=files)

    def some(self, route: str, depth: int = 0) -> int:
        """Return the number of a record of a list: one that is there, else a new one; 0 where there can be none."""
        found = self.netbox.request("GET", route, params={"limit": 1})
        records = found.json().get("results", []) if found.ok else []
        return int(records[0]["id"]) if records else self.make(route, depth + 1).number if depth < DEPTH else 0

    def unmake(self) -> Iterator[tuple[str, str]]:
        """Take everything away that was made; yield each record that could not be, and why."""
        while self.made:
            record = self.made.pop()
            said = self.netbox.request("DELETE", record.address)
            if said.status_code not in {requests.codes.no_content, requests.codes.not_found, requests.codes.conflict}:
                yield f"DELETE {record.address}", f"answered {said.status_code}{words(said)}"

    def refers_to(self, route: str, field: Field) -> str:
        """Return the list that a field refers to; nothing where it holds a value of its own."""
        return self.relations.get(route, {}).get(field.name) or self.described.lists.get(field.refers_to, "")

    def _value(self, route: str, field: Field, depth: int) -> Any:
        for each in self.several.get(route, ()):
            if field.name in {each.kind, each.number}:
                kind, number = self._one_of(each, depth)
                value = kind if field.name == each.kind else number
                return [value] if field.many else value
        refers_to = self.refers_to(route, field)
        if not refers_to:
            return sample(field.name, field.schema, self.choice)
        number = self.some(refers_to, depth)
        return [number] if field.many else number

    def _one_of(self, several: Several, depth: int) -> tuple[str, int]:
        """Choose a kind to refer to, of those admitted the first of which there can be a record, and that record."""
        among = [kind for kind in several.among if kind not in self.passed_over] or several.among or (ANY,)
        found = (
            (kind, self.some(self.lists[kind], depth)) for kind in among if several.number and self.lists.get(kind)
        )
        return next((each for each in found if each[1]), (among[0], 0))

    def _amend(
        self, route: str, fields: Mapping[str, Field], body: dict[str, Any], said: requests.Response, depth: int
    ) -> bool:
        """Change *body* as a refusal wants it; whether anything could be changed."""
        refused = _refused(said)
        missing = [self._missing(fields, body, str(refused[name])) for name in WHOLE if name in refused]
        for name in filter(None, missing):
            body[name] = self._value(route, fields[name], depth)
        named = {name: reasons for name, reasons in refused.items() if name in fields}
        both = _instead(fields, body, named)
        for name in both:
            del body[name]
        left = {name: told for name, told in named.items() if str(told) not in both.values()}
        amended = [self._other(route, fields[name], body, told, depth) for name, told in left.items()]
        return any((*amended, any(missing), bool(both)))

    @staticmethod
    def _missing(fields: Mapping[str, Field], body: Mapping[str, Any], reason: str) -> str:
        """Return a field that a refusal of the whole speaks of, and that was not given."""
        return next((name for name in fields if name not in body and _named(name, fields[name], reason)), "")

    def _other(self, route: str, field: Field, body: dict[str, Any], reasons: Any, depth: int) -> bool:
        """Give a field that was refused another value, or none; whether there is one to try."""
        name, refers_to = field.name, self.refers_to(route, field)
        if name not in body:
            body[name] = self._value(route, field, depth)
        elif refers_to and isinstance(reasons, dict):
            return self._spelt_out(body, name, refers_to, reasons)
        elif EMPTY in str(reasons) and field.schema.get("type") == "array":
            body[name] = [sample(name, field.schema.get("items", {}))]
        elif not refers_to and (value := said_of(str(reasons))) is not None and value != body[name]:
            body[name] = value
        elif field.required:
            return False
        else:
            del body[name]
        return True

    def _spelt_out(self, body: dict[str, Any], name: str, refers_to: str, wanted: Mapping[str, Any]) -> bool:
        """Refer to a record by what a refusal asks for, where a number is not enough; whether that is another try."""
        number = body[name] if isinstance(body[name], int) else body[name].get("id", 0)
        record = self.netbox.get(f"{refers_to}{number}/") if number else {}
        spelt = {key: _short(record[key]) for key in wanted if key in record}
        changed = bool(spelt) and body[name] != spelt
        body[name] = spelt or body[name]
        return changed


def _refused(said: requests.Response) -> dict[str, Any]:
    """Return what a refusal says, by field; nothing where it is none that says it so."""
    try:
        told = said.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def shortened(fields: Mapping[str, Field], body: dict[str, Any], said: requests.Response) -> bool:
    """Leave out of *body* what a refusal speaks of and the record does not need; whether there was any such."""
    refused = _refused(said)
    reasons = " ".join(str(refused[name]) for name in WHOLE if name in refused)
    gone = [
        name
        for name in body
        if not fields[name].required and (name in refused or (reasons and _named(name, fields[name], reasons)))
    ]
    for name in gone:
        del body[name]
    return bool(gone)


def _instead(fields: Mapping[str, Field], body: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, str]:
    """Return what to leave out of a record that may not have both, with the words: those that two were refused by."""
    said: dict[str, str] = {}
    given = [name for name in named if name in body and not fields[name].required]
    return {name: str(named[name]) for name in given if said.setdefault(str(named[name]), name) != name}


def _short(value: Any) -> Any:
    """Return what stands for a value where it is sent: of a choice its value, of another record its number."""
    return value.get("value", value.get("id")) if isinstance(value, dict) else value


def _named(name: str, field: Field, reason: str) -> bool:
    """Whether a refusal of the whole speaks of this field, by its name or as a person reads it."""
    spoken = {name, name.replace("_", " "), str(field.schema.get("title") or name)}
    return any(word.lower() in reason.lower() for word in spoken)
