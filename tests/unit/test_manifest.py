"""The manifest is written and read as JSON, and names the bytes of a release."""

from __future__ import annotations

import json

import pytest

from releasegate.core.dists.manifest import Artifact, Manifest, manifest_from_json
from releasegate.core.errors import Unavailable

WHEEL = Artifact("demo-1.0-py3-none-any.whl", 12, "a" * 64)
SDIST = Artifact("demo-1.0.tar.gz", 34, "b" * 64)
MANIFEST = Manifest("demo", "1.0", "c" * 40, 1_700_000_000, (WHEEL, SDIST), {"build": "1.5"})
BODY = json.loads(MANIFEST.to_json())


def test_the_ending_says_what_a_file_is() -> None:
    assert (WHEEL.kind, SDIST.kind) == ("wheel", "sdist")


def test_a_manifest_reads_back_as_itself() -> None:
    assert manifest_from_json(MANIFEST.to_json(), where="manifest.json") == MANIFEST


def test_a_manifest_is_text_with_a_last_line_end() -> None:
    assert MANIFEST.to_json().endswith("}\n")


def test_the_identity_is_every_file_s_hash_in_order() -> None:
    assert MANIFEST.identity == "a" * 64 + " " + "b" * 64


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        json.dumps({**BODY, "files": [7]}),
        json.dumps({**BODY, "files": [{**BODY["files"][0], "size": float("inf")}]}),
        json.dumps({**BODY, "epoch": "soon"}),
        json.dumps({**BODY, "tools": []}),
        json.dumps({key: value for key, value in BODY.items() if key != "commit"}),
    ],
)
def test_a_text_that_is_no_manifest_is_refused_by_name(text: str) -> None:
    with pytest.raises(Unavailable, match=r"dist/manifest\.json is not a manifest"):
        manifest_from_json(text, where="dist/manifest.json")
