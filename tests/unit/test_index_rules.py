"""What PyPI refuses of names and core metadata, without a server."""

from __future__ import annotations

import subprocess
import sys

import pytest
from packaging.metadata import Metadata
from trove_classifiers import all_classifiers, deprecated_classifiers

from releasegate.core.dists.index_rules import FieldProblem, confusable, metadata_problems, name_problem

REPLACED = next(old for old, new in sorted(deprecated_classifiers.items()) if new)
DROPPED = next(old for old, new in sorted(deprecated_classifiers.items()) if not new)


def problems(*lines: str, version: str = "1.0") -> list[FieldProblem]:
    head = ("Metadata-Version: 2.4", "Name: sample", f"Version: {version}")
    return list(metadata_problems(Metadata.from_email("\n".join((*head, *lines)))))


def test_sound_metadata_has_no_problem() -> None:
    assert (
        problems(
            f"Summary: {'x' * 512}",
            f"Classifier: {next(c for c in all_classifiers if c not in deprecated_classifiers)}",
            "Author-Email: Jane Doe <jane@example.net>",
            "Maintainer-Email: jane@example.net, john@example.net",
            "Home-Page: HTTPS://example.invalid",
            f"Project-URL: {'x' * 32}, https://example.invalid/a b",
            "Requires-Dist: other>=1; extra == 'all'",
            "Provides-Extra: all",
            "Provides-Dist: old (>=1)",
            "License-Expression: MIT",
            "Dynamic: Summary",
        )
        == []
    )


@pytest.mark.parametrize(
    ("line", "field", "sentence"),
    [
        (f"Summary: {'x' * 513}", "summary", "'summary' field must be 512 characters or less."),
        ("Classifier: Not :: Known", "classifier", "'Not :: Known' is not a valid classifier."),
        (
            "Classifier: Private :: Do Not Upload",
            "classifier",
            "'Private :: Do Not Upload' is not a valid classifier.",
        ),
        (
            f"Classifier: {REPLACED}",
            "classifier",
            f"The classifier {REPLACED!r} has been deprecated, use one of {deprecated_classifiers[REPLACED]} instead.",
        ),
        (f"Classifier: {DROPPED}", "classifier", f"The classifier {DROPPED!r} has been deprecated."),
        ("Home-Page: example.invalid", "home-page", "'example.invalid' is not a valid url."),
        ("Download-URL: ftp://example.invalid", "download-url", "'ftp://example.invalid' is not a valid url."),
        ("Project-URL: , https://example.invalid", "project-url", "Must have a label"),
        ("Project-URL: Home", "project-url", "Must have a URL"),
        ("Project-URL: Home, git@example.invalid", "project-url", "'git@example.invalid' is not a valid url"),
        (f"Project-URL: {'x' * 33}, https:", "project-url", f"{'x' * 33!r} must be 32 characters or less."),
        (
            "Requires-Dist: other @ https://example.invalid/other.whl",
            "requires-dist",
            "Can't have direct dependency: other @ https://example.invalid/other.whl",
        ),
        (
            "Requires-Dist: other @ https://example.invalid/other.whl ; extra == 'all'",
            "requires-dist",
            'Can\'t have direct dependency: other @ https://example.invalid/other.whl ; extra == "all"',
        ),
        (
            "Provides-Dist: other @ https://example.invalid/other.whl",
            "provides-dist",
            "Can't have direct dependency: 'other @ https://example.invalid/other.whl'",
        ),
        ("Dynamic: Dynamic", "dynamic", "Dynamic field 'dynamic' is not a valid dynamic field."),
        (
            "License: Free\nLicense-Expression: MIT",
            "license",
            "License is deprecated when License-Expression is present. Only License-Expression should be present.",
        ),
    ],
)
def test_what_the_index_adds_to_the_specification_is_found(line: str, field: str, sentence: str) -> None:
    assert problems(line) == [FieldProblem(field, sentence)]


@pytest.mark.parametrize("address", ["jane@localhost", "Jane Doe <jane@localhost>", '"Doe, Jane" <jane@localhost>'])
@pytest.mark.parametrize("field", ["author-email", "maintainer-email"])
def test_an_address_of_mail_needs_a_period(address: str, field: str) -> None:
    why = "The part after the @-sign is not valid. It should have a period."
    assert problems(f"{field}: {address}") == [
        FieldProblem(field, f"'jane@localhost' is not a valid email address: {why}")
    ]


def test_an_old_dependency_that_is_no_requirement_is_found() -> None:
    (problem,) = problems("Obsoletes-Dist: not a requirement")
    assert problem.field == "obsoletes-dist"
    assert problem.sentence.startswith("'not a requirement' is invalid: ")


def test_a_local_version_is_found() -> None:
    said = "The use of local versions in '1.0+local' is not allowed."
    assert problems(version="1.0+local") == [FieldProblem("version", said)]


def test_a_version_of_the_metadata_that_only_others_know_is_found() -> None:
    raw = Metadata.from_raw({"metadata_version": "2.6", "name": "sample", "version": "1.0"}, validate=False)
    (problem,) = metadata_problems(raw)
    assert problem == FieldProblem("metadata-version", "'2.6' is not a valid metadata version")


def test_classifiers_are_told_in_order_and_unknown_ones_first() -> None:
    found = problems(f"Classifier: {DROPPED}", "Classifier: Zed", "Classifier: Abc", "Classifier: Abc")
    assert [problem.sentence.split("'")[1] for problem in found] == ["Abc", "Zed", DROPPED]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Json", "The name 'Json' isn't allowed (conflict with Python Standard Library module name)."),
        ("future", "The name 'future' isn't allowed (conflict with Python Standard Library module name)."),
        ("requirements_txt", "The name 'requirements_txt' isn't allowed."),
        ("sample", None),
    ],
)
def test_names_that_nobody_can_have(name: str, problem: str | None) -> None:
    assert name_problem(name, standard_library={"json", "__future__"}) == problem


@pytest.mark.parametrize("name", ["sIlo", "s1l0", "S-I.L_O", "sli0"])
def test_names_that_look_alike_are_one(name: str) -> None:
    assert confusable(name) == "s110"


def test_the_list_of_classifiers_is_not_read_at_the_start() -> None:
    code = "import sys, releasegate.core.dists.index_rules; sys.exit('trove_classifiers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
