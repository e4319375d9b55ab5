"""The provenance that an index serves beside a file (PEP 740): its form, and whether it is about that very file.

Whether its signatures hold is another question, for a library that knows the keys; what is untrue is found without.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from releasegate.core.release.statement import STATEMENT_TYPE

_OWN = ("repository", "workflow", "environment", "workflow_filepath", "email")
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Attested:
    """What a provenance says of a file: who published it, from which repositories, and what kinds of statements it has.

    ``problem`` is what cannot be true of the file, or keeps the whole from being read.
    """

    publishers: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    problem: str = ""


def read_provenance(content: bytes, *, filename: str, sha256: str) -> Attested:
    """Return what a provenance says of the file of that name and *sha256*."""
    try:
        body: Any = json.loads(content)
        if body["version"] != 1:
            return Attested(problem=f"its form has version {body['version']!r}, and only 1 is known")
        bundles = [
            (each["publisher"], [_statement(a) for a in each["attestations"]]) for each in body["attestation_bundles"]
        ]
        publishers = tuple(_publisher(publisher) for publisher, _ in bundles)
        repositories = tuple(str(publisher["repository"]) for publisher, _ in bundles if "repository" in publisher)
        statements = [statement for _, each in bundles for statement in each]
        problem = next(_problems(statements, filename, sha256), "")
        kinds = tuple(dict.fromkeys(str(statement["predicateType"]) for statement in statements))
    except _UNREADABLE:
        return Attested(problem="it is no provenance as PEP 740 has it")
    return Attested(publishers, repositories, kinds, problem)


def _statement(attestation: Any) -> Any:
    if attestation["version"] != 1 or not attestation["verification_material"]["certificate"]:
        raise ValueError(attestation["version"])
    base64.b64decode(attestation["envelope"]["signature"], validate=True)
    return json.loads(base64.b64decode(attestation["envelope"]["statement"], validate=True))


def _problems(statements: list[Any], filename: str, sha256: str) -> Iterator[str]:
    if not statements:
        yield "it holds no attestation"
    for statement in statements:
        named = {str(each["digest"]["sha256"]): str(each["name"]) for each in statement["subject"]}
        if statement["_type"] != STATEMENT_TYPE:
            yield f"a statement of it is {statement['_type']!r}, and not {STATEMENT_TYPE}"
        if sha256 not in named:
            yield f"it is about other bytes: {', '.join(named) or 'none'}"
        elif _identity(named[sha256]) != _identity(filename):
            yield f"it is about a file of another name: {named[sha256]}"


def _identity(filename: str) -> object:
    """Return what a file's name says that it is: names may be spelt in several ways."""
    try:
        return parse_wheel_filename(filename) if filename.endswith(".whl") else parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return filename


def _publisher(publisher: Any) -> str:
    told = [str(publisher[key]) for key in _OWN if publisher.get(key)]
    return " ".join([str(publisher["kind"]), *told])
