"""What is said of a published version: by its bytes, by what was attested, on one page."""

from __future__ import annotations

import base64
import difflib
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from packaging.version import Version

from releasegate.core.dists.archive import Members, read_wheel
from releasegate.core.dists.diff import lines_between
from releasegate.core.verification.attested import Attested, read_provenance
from releasegate.core.verification.claims import CLAIMS, COLUMNS, DETAILS, Claim, Verification
from releasegate.core.verification.rebuilt import build_tools, compare, counterpart, file_claim, missing_claim
from releasegate.core.verification.untagged import untagged_claims
from releasegate.rehearsal.index import sample_sdist

COMMIT = "c" * 40
WHEEL = "sample-1.0-py3-none-any.whl"
SDIST = "sample-1.0.tar.gz"
INFO = "sample-1.0.dist-info"


def wheel(files: dict[str, bytes], *, generator: str = "tiny 1", order: int = 1, mode: int = 0o644) -> bytes:
    """Return a wheel of *files*, in one order or (-1) the other, with a RECORD that lists them."""
    held = {**files, f"{INFO}/WHEEL": f"Wheel-Version: 1.0\nGenerator: {generator}\nTag: py3-none-any\n".encode()}
    rows = [f"{path},sha256={hashlib.sha256(data).hexdigest()},{len(data)}\n" for path, data in held.items()]
    held[f"{INFO}/RECORD"] = "".join([*rows[::order], f"{INFO}/RECORD,,\n"]).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in list(held.items())[::order]:
            info = zipfile.ZipInfo(path)
            info.external_attr = (0o100000 | mode) << 16
            archive.writestr(info, data)
    return out.getvalue()


FILES = {"sample/__init__.py": b"x = 1\n", "sample/data.bin": b"\0\1"}


def judged(served: bytes, *, rebuilt: bytes | None = None) -> Claim:
    return file_claim(WHEEL, served, (WHEEL, wheel(FILES) if rebuilt is None else rebuilt))


def test_the_same_bytes_are_proven_and_named_by_their_hash() -> None:
    claim = judged(wheel(FILES))
    assert claim.standing == "proven"
    assert hashlib.sha256(wheel(FILES)).hexdigest() in claim.said


def test_the_order_of_an_archive_is_no_difference() -> None:
    claim = judged(wheel(FILES, order=-1))
    assert (claim.standing, claim.details) == ("proven", ())
    assert "every member is equal; the archive is packed otherwise" in claim.said


def test_what_the_backend_calls_itself_is_told_and_no_difference() -> None:
    claim = judged(wheel(FILES, generator="tiny 2"))
    assert claim.standing == "proven"
    assert "every member is equal, but for what the backend calls itself (tiny 2; here tiny 1)" in claim.said


@pytest.mark.parametrize(
    ("served", "told"),
    [
        ({**FILES, "sample/__init__.py": b"x = 2\n"}, "sample/__init__.py differs"),
        ({**FILES, "sample/more.py": b""}, "sample/more.py is only in what is served"),
        ({"sample/__init__.py": b"x = 1\n"}, "sample/data.bin is missing from what is served"),
    ],
)
def test_every_member_that_differs_is_listed(served: dict[str, bytes], told: str) -> None:
    claim = judged(wheel(served))
    assert claim.standing == "contradicted"
    assert claim.said == "is not what the tag makes: 1 member differs"
    assert claim.details[0] == told


def test_a_line_that_differs_is_shown_and_not_obeyed() -> None:
    served = wheel({**FILES, "sample/__init__.py": b"x = 1\n\x1b[2J = 2\n", "sample/data.bin": b"\1"}, generator="t 2")
    claim = judged(served)
    assert claim.said.endswith("2 members differ, but for what the backend calls itself (t 2; here tiny 1)")
    assert any("\\x1b[2J" in line for line in claim.details)
    assert not any("\x1b" in line for line in claim.details)


def test_a_record_that_lists_something_else_is_a_difference_of_its_own() -> None:
    members = read_wheel(WHEEL, wheel(FILES))
    record = f"{INFO}/RECORD"
    listed = Members(WHEEL, {**members.files, record: members[record].replace(b",6\n", b",7\n")})
    assert [(each.path, each.problem) for each in compare(members, listed).differences] == [(record, "differs")]


def test_a_record_that_cannot_be_read_is_said() -> None:
    bad = io.BytesIO(wheel(FILES))
    with zipfile.ZipFile(bad) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in {**held, f"{INFO}/RECORD": b"one field\n"}.items():
            archive.writestr(name, data)
    claim = judged(out.getvalue())
    assert claim.standing == "contradicted"
    assert "RECORD" in claim.said


def test_a_difference_that_takes_long_to_find_is_not_looked_for() -> None:
    lines = [f"{number % 400}\n".encode() for number in range(40_000)]
    one, other = b"".join(lines), b"".join(reversed(lines))
    first, second = judged(
        wheel({**FILES, "sample/long.txt": other}), rebuilt=wheel({**FILES, "sample/long.txt": one})
    ).details[1:]
    assert first.startswith(f"  - {len(one)} bytes, sha256 ")
    assert second.startswith(f"  + {len(other)} bytes, sha256 ")


def test_a_short_difference_in_a_long_file_is_found_and_counted_from_its_first_line() -> None:
    lines = [f"{number}\n".encode() for number in range(9_000)]
    one, other = b"".join(lines), b"".join([*lines[:5_000], b"evil\n", *lines[5_001:]])
    claim = judged(wheel({**FILES, "sample/long.txt": other}), rebuilt=wheel({**FILES, "sample/long.txt": one}))
    assert claim.details[3:] == ("  @@ -5000,3 +5000,3 @@", "   4999", "  -5000", "  +evil")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\nb\nc\n", b"a\nc\n"),
        (b"a\n", b"a\na\n"),
        (b"a\na\n", b"a\n"),
        (b"", b"x"),
        (b"x\ny", b"x\ny\n"),
        (b"1\n2\n3\n4\n5\n6\n7\n8\n", b"1\n2\nx\n4\n5\n6\ny\n8\n"),
        (b"p\nq\nr\n", b"z\n"),
    ],
)
def test_what_is_alike_at_both_ends_is_not_compared_and_what_is_shown_stays(before: bytes, after: bytes) -> None:
    whole = difflib.unified_diff(before.decode().split("\n"), after.decode().split("\n"), "a", "b", n=1, lineterm="")
    found = lines_between(before, after, names=("a", "b"))
    assert [line for line in found if line[:1] in "+-"] == [line for line in whole if line[:1] in "+-"]


def test_an_execute_bit_is_a_difference_in_both_directions() -> None:
    plain, executable = wheel(FILES), wheel(FILES, mode=0o755)
    assert "is executable as served only" in judged(executable).details[0]
    assert "is executable as rebuilt only" in judged(plain, rebuilt=executable).details[0]


def test_another_folder_in_an_sdist_is_a_difference() -> None:
    one, other = Members(SDIST, {"a": b""}, folder="sample-1.0"), Members(SDIST, {"a": b""}, folder="other-1.0")
    (difference,) = compare(one, other).differences
    assert (difference.path, difference.problem) == ("other-1.0", "is its folder, and not sample-1.0")


def test_an_archive_that_is_none_is_said_to_be_and_nothing_else_happens() -> None:
    claim = judged(b"no zip")
    assert claim.standing == "contradicted"
    assert "is damaged" in claim.said
    sdist = sample_sdist("sample", "1.0")
    assert file_claim(sdist.filename, b"no tar", (sdist.filename, sdist.content)).standing == "contradicted"


def test_a_file_that_the_build_does_not_make_is_contradicted_and_one_that_is_not_served_is_not_recorded() -> None:
    assert file_claim("sample-1.0-cp312-cp312-linux_x86_64.whl", b"", None).standing == "contradicted"
    claim = missing_claim(SDIST, index="pypi")
    assert (claim.standing, claim.said) == ("not recorded", "the tag's build makes it, and pypi lists none")


def test_only_the_first_of_many_members_are_listed() -> None:
    many = {f"sample/m{number:03}.py": b"" for number in range(30)}
    claim = judged(wheel({**FILES, **many}))
    assert len(claim.details) == 21
    assert claim.details[-1] == "and 10 members more"


@pytest.mark.parametrize(
    ("served", "made"),
    [
        (WHEEL, WHEEL),
        ("Sample-1.0.tar.gz", SDIST),
        ("sample-1.0.0-py3-none-any.whl", WHEEL),
        ("sample-1.0-cp312-cp312-linux_x86_64.whl", None),
        ("sample-1.0.zip", None),
        ("sample-1.0-py2.7.egg", None),
    ],
)
def test_a_served_file_stands_for_the_rebuilt_one_that_it_says_it_is(served: str, made: str | None) -> None:
    assert counterpart(served, {WHEEL: b"", SDIST: b""}) == made


@pytest.mark.parametrize(
    ("generator", "tools"),
    [
        ("hatchling 1.27.0", {"hatchling": "1.27.0"}),
        ("setuptools (80.9.0)", {"setuptools": "80.9.0"}),
        ("bdist_wheel (0.37.1)", {"wheel": "0.37.1"}),
        ("uv 0.5.1", {"uv-build": "0.5.1"}),
        ("unheard-of 1.0", {}),
        ("hatchling one", {}),
        ("hatchling 1.0.x.y", {}),
        ("hatchling 1.0; import os", {}),
        ("", {}),
    ],
)
def test_the_backend_is_the_one_that_the_wheel_names_where_it_is_known(generator: str, tools: dict[str, str]) -> None:
    found = build_tools(read_wheel(WHEEL, wheel(FILES, generator=generator)))
    assert found == {name: Version(number) for name, number in tools.items()}


def test_a_wheel_without_its_file_names_no_backend() -> None:
    assert build_tools(Members(WHEEL, {"sample.py": b""})) == {}


SHA = "a" * 64


def provenance(**change: Any) -> dict[str, Any]:
    """Return a provenance of one attestation, as an index serves it; *change* is of its statement."""
    said = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": WHEEL, "digest": {"sha256": SHA}}],
        "predicateType": "https://example.test/publish/v1",
        "predicate": None,
        **change,
    }
    envelope = {"statement": base64.b64encode(json.dumps(said).encode()).decode(), "signature": "c2lnbmVk"}
    attestation = {
        "version": 1,
        "verification_material": {"certificate": "Y2VydA==", "transparency_entries": [{}]},
        "envelope": envelope,
    }
    publisher = {"kind": "GitHub", "repository": "octo/app", "workflow": "release.yml", "environment": None}
    return {"version": 1, "attestation_bundles": [{"publisher": publisher, "attestations": [attestation]}]}


def attested(body: Any) -> Attested:
    return read_provenance(json.dumps(body).encode(), filename=WHEEL, sha256=SHA)


def test_a_provenance_of_the_file_names_its_publisher() -> None:
    found = attested(provenance())
    assert found == Attested(("GitHub octo/app release.yml",), ("octo/app",), ("https://example.test/publish/v1",))


def named(name: str) -> dict[str, Any]:
    return provenance(subject=[{"name": name, "digest": {"sha256": SHA}}])


@pytest.mark.parametrize("name", ["Sample-1.0-py3-none-any.whl", "sample-1.0.0-py3-none-any.whl"])
def test_a_name_may_be_spelt_in_other_ways(name: str) -> None:
    assert attested(named(name)).problem == attested(named(WHEEL)).problem == ""


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (provenance(subject=[{"name": WHEEL, "digest": {"sha256": "f" * 64}}]), f"it is about other bytes: {'f' * 64}"),
        (provenance(subject=[]), "it is about other bytes: none"),
        (named("other-1.0-py3-none-any.whl"), "it is about a file of another name: other-1.0-py3-none-any.whl"),
        (named("sample-1.0.tar.gz"), "it is about a file of another name: sample-1.0.tar.gz"),
        (named("sample"), "it is about a file of another name: sample"),
        (provenance(_type="https://in-toto.io/Statement/v0.1"), "a statement of it is 'https://in-toto.io/Statement/v"),
        ({**provenance(), "version": 2}, "its form has version 2, and only 1 is known"),
        ({"version": 1, "attestation_bundles": []}, "it holds no attestation"),
    ],
)
def test_a_provenance_that_cannot_be_of_the_file_is_told(body: Any, problem: str) -> None:
    assert attested(body).problem.startswith(problem)


def broken(*path: Any, value: Any) -> Any:
    body = provenance()
    at: Any = body
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return body


FIRST = ("attestation_bundles", 0, "attestations", 0)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"version": 1},
        {"version": 1, "attestation_bundles": [{}]},
        broken(*FIRST, "version", value=2),
        broken(*FIRST, "verification_material", value={"certificate": ""}),
        broken(*FIRST, "envelope", "statement", value="no base64!"),
        broken(*FIRST, "envelope", "statement", value="bm8ganNvbg=="),
        broken(*FIRST, "envelope", "signature", value=7),
        broken("attestation_bundles", 0, "publisher", value={}),
        provenance(subject=[7]),
    ],
)
def test_what_is_no_provenance_is_told_and_stops_nothing(body: Any) -> None:
    assert attested(body) == Attested(problem="it is no provenance as PEP 740 has it")
    assert read_provenance(b"\xff[" * 9, filename=WHEEL, sha256=SHA).problem


def test_the_page_has_every_claim_under_its_standing_and_the_verdict_last() -> None:
    made = (
        Claim("tag", "proven", "v1.0 names it", "Git"),
        Claim("seal", "not recorded", "there is no record"),
        Claim(WHEEL, "contradicted", "is not what the tag makes", "rebuilt here", ("a differs",)),
    )
    found = Verification("sample", "1.0", "pypi", "v1.0", COMMIT, made, ("it is yanked",))
    assert found.page() == (
        "sample 1.0 on pypi, from v1.0 (cccccccccccc)",
        "  note: it is yanked",
        "proven:",
        "  tag: v1.0 names it [Git]",
        "contradicted:",
        f"  {WHEEL}: is not what the tag makes [rebuilt here]",
        "      a differs",
        "not recorded:",
        "  seal: there is no record",
        "1 proven, 1 contradicted, 0 not believed, 1 not recorded: what pypi serves is contradicted",
        "-> Do not install it from pypi; show this page to those who release sample",
    )
    assert found.contradicted
    fine = replace(found, claims=made[:2])
    assert not fine.contradicted
    assert (
        fine.page()[-1]
        == "1 proven, 0 contradicted, 0 not believed, 1 not recorded: nothing contradicts what pypi serves"
    )


def test_nothing_on_the_page_is_obeyed_by_a_terminal_and_it_stays_a_page() -> None:
    details = tuple(f"line {number}" for number in range(DETAILS + 3))
    claim = Claim("gate \x1b[2J", "not recorded", "waived: \r\x07\u202e", "A\nda", details)
    page = Verification("sample", "1.0", "pypi", "v1.0", COMMIT, (claim,)).page()
    assert all(line.isprintable() for line in page)
    assert "  gate \\x1b[2J: waived: \\r\\x07\\u202e [A\\nda]" in page
    assert page[-2] == "      ... and 3 lines more"


def test_however_much_is_said_it_stays_a_page() -> None:
    made = tuple(Claim(f"gate {number}", "not recorded", "x" * 10_000) for number in range(CLAIMS + 5))
    page = Verification("sample", "1.0", "pypi", "v1.0", COMMIT, made).page()
    assert page[-2] == "  ... and 5 more"
    assert max(map(len, page)) == COLUMNS + 3


def test_without_a_tag_nothing_is_said_to_be_rebuilt_and_wheel_and_sdist_are_compared() -> None:
    sdist = sample_sdist("sample", "1.0", files={path: data.decode() for path, data in FILES.items()}).content
    found = [*untagged_claims({SDIST: sdist, WHEEL: wheel(FILES)})]
    assert [(claim.about, claim.standing) for claim in found] == [
        (WHEEL, "not recorded"),
        (SDIST, "not recorded"),
        (f"{WHEEL} beside {SDIST}", "proven"),
    ]
    (*_, compared) = untagged_claims({SDIST: sdist, WHEEL: wheel({**FILES, "sample/evil.py": b"evil"})})
    assert (compared.standing, compared.details) == ("not recorded", ("sample/evil.py",))
    (*_, damaged) = untagged_claims({SDIST: sdist, WHEEL: b"PK"})
    assert damaged.standing == "contradicted"
    assert [claim.about for claim in untagged_claims({WHEEL: wheel(FILES)})] == [WHEEL]
    page = "\n".join(Verification("sample", "1.0", "pypi", "v1.0", "", tuple(found)).page())
    assert page.startswith("sample 1.0 on pypi, of which no tag is known")
    assert "nothing contradicts what pypi serves, and nothing of it was rebuilt" in page
    assert "-> Ask those who release sample for the tag v1.0" in page
