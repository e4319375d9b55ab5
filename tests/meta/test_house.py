"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "releasegate"

VAGUE = frozenset({"utils", "util", "lib", "helpers", "helper", "common", "misc"})
LONGEST = 300
"""Lines of a source file; half of it is what to aim at."""
MOST_FILES = 14
"""Files beside each other in a room."""
SPACIOUS = frozenset({"core", "adapters", "rehearsal", "frontends"})

# In pieces, so that this file does not name what it looks for.
_HOSTS = (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "(?:org|com)"), ("debian", "org"))
REGISTRY = re.compile("|".join(rf"\b{name}\.{top}\b" for name, top in _HOSTS), re.IGNORECASE)
DRY_RUN = re.compile("dry" + "[_-]?" + "run", re.IGNORECASE)


def sources() -> list[Path]:
    """Return every module of the package."""
    return sorted(SOURCE.rglob("*.py"))


def kept() -> list[Path]:
    """Return every file that Git tracks, or would track with the next ``git add``."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / name for name in sorted(set(listing.split("\0"))) if name and (ROOT / name).is_file()]


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = {part for path in sources() for part in path.relative_to(SOURCE).with_suffix("").parts}
    assert named & VAGUE == set()


def test_the_plan_is_no_mode_of_the_run() -> None:
    assert [str(path.relative_to(ROOT)) for path in sources() if DRY_RUN.search(path.read_text(encoding="utf-8"))] == []


def test_no_source_file_is_too_long_to_read_at_once() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_no_room_is_crowded() -> None:
    rooms = {path.parent for path in sources() if path.relative_to(SOURCE).parts[0] in SPACIOUS}
    crowded = {str(room.relative_to(SOURCE)): len(list(room.glob("[!_]*.py"))) for room in rooms}
    assert {room: count for room, count in crowded.items() if count > MOST_FILES} == {}


def hints(code: str) -> Iterator[str]:
    """Yield the hints that stand in a module; what is computed in one is three dots."""
    for node in ast.walk(ast.parse(code)):
        for said in (word.value for word in getattr(node, "keywords", ()) if word.arg == "hint"):
            for each in (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,):
                parts = each.values if isinstance(each, ast.JoinedStr) else [each]
                texts = [part.value if isinstance(part, ast.Constant) else "..." for part in parts]
                yield "".join(text for text in texts if isinstance(text, str))


def is_a_hint(text: str) -> bool:
    """Whether a hint ends as all do: a line to paste may be its end, so no full stop is, but where it is a folder."""
    return not text.endswith(("!", ";")) and (not text.endswith(".") or text.endswith(("...", " .")))


def test_hints_end_alike() -> None:
    found = {str(path.relative_to(SOURCE)): [*hints(path.read_text(encoding="utf-8"))] for path in sources()}
    assert sum(map(len, found.values())) > 300
    assert {(path, hint) for path, said in found.items() for hint in said if not is_a_hint(hint)} == set()


@pytest.mark.parametrize("code", ['f(hint="Do it.")', 'f(hint=f"Do {it}, now.")', 'f(hint="Do it" if x else "Do it!")'])
def test_a_hint_that_ends_otherwise_is_found(code: str) -> None:
    assert not all(is_a_hint(each) for each in hints(code))


_RELEASES = re.compile(r"\binvoke (?:release|waive|revoke) [^;,]*--(?:rc|post|gate)\b[^;,]*")


def names_no_package(hint: str) -> bool:
    """Whether a line to paste is about one package and does not say of which; what is computed may say it."""
    return any("--package" not in line and "..." not in line for line in _RELEASES.findall(hint))


def test_a_line_to_paste_says_which_package_it_is_about() -> None:
    told = {hint for path in sources() for hint in hints(path.read_text(encoding="utf-8"))}
    prose = {"(invoke release --rc does)", "is pushed: invoke release --rc"}
    assert [hint for hint in told if names_no_package(hint) and not hint.endswith(tuple(prose))] == []


@pytest.mark.parametrize(
    "hint", ["Repair it: invoke release --post", "Prove it: invoke release --rc --to 1.0, or wait"]
)
def test_a_line_that_names_no_package_is_found(hint: str) -> None:
    assert names_no_package(hint)


def test_no_file_names_the_host_of_a_package_registry() -> None:
    naming = [
        str(path.relative_to(ROOT)) for path in kept() if REGISTRY.search(path.read_bytes().decode("utf-8", "replace"))
    ]
    assert naming == []


def test_the_files_that_are_looked_through_include_this_one() -> None:
    assert Path(__file__) in kept()
    assert SOURCE / "engine.py" in sources()


@pytest.mark.parametrize(("name", "top"), [("pypi", "org"), ("test.pypi", "org"), ("files.pythonhosted", "org")])
def test_a_registry_s_host_is_found(name: str, top: str) -> None:
    assert REGISTRY.search(f"https://{name}.{top}/simple/")


@pytest.mark.parametrize("text", ["PyPI", "pypi", "the organisation pypi", "pypi-organ", "import pypi_simple"])
def test_a_registry_s_name_is_no_host(text: str) -> None:
    assert REGISTRY.search(text) is None
