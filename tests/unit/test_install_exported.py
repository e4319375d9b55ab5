"""Lists of pins: who made them, where, and what they pin."""

from pathlib import PurePosixPath

import pytest

from releasegate.core.install.exported import MadeBy, folder_of, made_by, pins


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("uv export --no-dev -o a/requirements.txt", MadeBy("uv export", ("--no-dev",), "a/requirements.txt")),
        ("uv export --output-file=x.txt", MadeBy("uv export", (), "x.txt")),
        ("uv export -o", MadeBy("uv export")),
        ("uv pip compile in.txt -o out.txt", MadeBy("uv pip compile", ("in.txt",), "out.txt")),
        ("pip-compile --output-file=out.txt", MadeBy("pip-compile", (), "out.txt")),
        ('uv export "', MadeBy("uv export")),
    ],
)
def test_a_list_says_who_made_it(line: str, made: MadeBy) -> None:
    assert made_by("requirements.txt", f"# made\n#    {line}\nidna==3\n") == made


def test_a_list_that_a_person_wrote_says_nothing() -> None:
    assert made_by("requirements.txt", "idna==3\n# uv exports\n") is None
    assert made_by("pylock.toml", "") == MadeBy("its tool")


@pytest.mark.parametrize(
    ("path", "output", "folder"),
    [("a/b/r.txt", "b/r.txt", "a"), ("r.txt", "r.txt", "."), ("a/r.txt", "", "a"), ("a/r.txt", "other.txt", None)],
)
def test_the_commands_folder_is_told_by_its_output(path: str, output: str, folder: str | None) -> None:
    found = folder_of(PurePosixPath(path), MadeBy("uv export", (), output))
    assert found == (None if folder is None else PurePosixPath(folder))


def test_what_is_pinned_is_compared_by_name_and_version() -> None:
    text = "-e .\nIdna==3.1 ; python_version < '4' \\\n    --hash=sha256:0\nurllib3[socks]==2.0\n# a==1\nloose>=1\n"
    assert pins("requirements.txt", text) == {("idna", "3.1"), ("urllib3", "2.0")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[[packages]]\nname = "Idna"\nversion = "3.1"\n[[packages]]\nname = "here"\n', {("idna", "3.1")}),
        ("packages = 3\n", set()),
        ("packages = [3]\n", set()),
        ("[", set()),
    ],
)
def test_a_lock_of_the_standard_pins_what_has_a_version(text: str, found: set[tuple[str, str]]) -> None:
    assert pins("pylock.toml", text) == found
