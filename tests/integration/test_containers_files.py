"""The stack's files: what the Compose file names, what is kept between runs, and what a suite's report says."""

from __future__ import annotations

import gzip
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import cast

import pytest
import yaml
from docker.models.containers import Container
from stacks import folders

from releasegate.adapters.containers.database.databases import Databases
from releasegate.adapters.containers.suite import THE_STACK, Suite
from releasegate.adapters.containers.tar import unpacked
from releasegate.adapters.process import clean_environment
from releasegate.core.config.stack import compose_variable
from releasegate.core.e2e.snapshots import Reordering, Snapshot
from releasegate.core.errors import Unavailable

MIGRATIONS = {"app/migrations/0001.py": "a"}
PAIR = folders()
SERVICES = {
    name: service
    for home in reversed(PAIR.homes)
    for name, service in yaml.safe_load((home / "compose.yaml").read_text(encoding="utf-8"))["services"].items()
}


def test_every_service_of_the_compose_files_is_begun_with_an_image_that_is_a_variable() -> None:
    images = {each.name: compose_variable(each.image) for each in PAIR.kit.services}
    assert SERVICES.keys() == images.keys()
    for name, service in SERVICES.items():
        assert re.match(rf"\$\{{{images[name]}[:}}]", service["image"])


def test_the_compose_files_and_the_stack_name_the_same_public_images() -> None:
    named = {
        match[1]: match[2] for each in SERVICES.values() if (match := re.match(r"\$\{(\w+):-([^}]+)\}", each["image"]))
    }
    pulled = {compose_variable(each.name): each.pull for each in PAIR.kit.images if each.pull}
    assert named == {name: pulled[name] for name in ("POSTGRES_IMAGE", "REDIS_IMAGE")}


def test_ports_are_published_on_loopback_only_and_every_address_is_one() -> None:
    ports = {name: service.get("ports", []) for name, service in SERVICES.items()}
    assert all(port.startswith("127.0.0.1::") for found in ports.values() for port in found)
    assert all(f"127.0.0.1::{each.port}" in ports[each.service] for each in PAIR.kit.addresses)


def test_every_service_has_a_health_check_and_what_it_reads_is_given() -> None:
    given = {*PAIR.kit.variables, *PAIR.kit.secrets, *(compose_variable(each.name) for each in PAIR.kit.images)}
    given |= {name for each in PAIR.kit.dimensions for value in each.values for name in value.variables}
    for home in PAIR.homes:
        text = (home / "compose.yaml").read_text(encoding="utf-8")
        needed = set(re.findall(r"\$\{(\w+):\?", text))
        assert needed <= given
    for service in SERVICES.values():
        assert service["healthcheck"]["test"]


def test_what_runs_packages_says_so_and_all_else_is_the_stack_s_own() -> None:
    sides = {name: PAIR.kit.role_of(name) for name in SERVICES}
    assert {name: side for name, side in sides.items() if side} == {
        "netbox": "plugin",
        "worker": "plugin",
        "backend": "backend",
    }


def test_a_kept_database_is_found_by_what_made_it(tmp_path: Path) -> None:
    kept = keep(tmp_path, "1")
    assert Databases(tmp_path, 1.0).nearest(kept, reordering=Reordering()) == kept
    assert Databases(tmp_path, 1.0).size() == (1, 1024)


def test_a_kept_database_that_is_not_what_its_name_says_is_not_used(tmp_path: Path) -> None:
    kept = keep(tmp_path, "1")
    (tmp_path / f"{kept.key}.json").write_text('{"server": "s", "ground": "2", "migrations": {}}', encoding="utf-8")
    assert Databases(tmp_path, 1.0).nearest(kept, reordering=Reordering()) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"server": 1}'])
def test_a_description_that_is_damaged_is_passed_over(tmp_path: Path, text: str) -> None:
    kept = keep(tmp_path, "1")
    (tmp_path / f"{kept.key}.json").write_text(text, encoding="utf-8")
    assert Databases(tmp_path, 1.0).nearest(kept, reordering=Reordering()) is None


def test_the_longest_unused_make_room_for_the_others(tmp_path: Path) -> None:
    old, new = keep(tmp_path, "1"), keep(tmp_path, "2")
    os.utime(tmp_path / f"{old.key}.sql.gz", (1, 1))
    databases = Databases(tmp_path, 1.0)
    assert databases.trim(1536 / 2**30) == 1
    assert databases.nearest(old, reordering=Reordering()) is None
    assert databases.nearest(new, reordering=Reordering()) == new
    assert (databases.trim(0.0), databases.size()) == (1, (0, 0))
    assert sorted(path.suffix for path in tmp_path.iterdir()) == []


@dataclass
class Server:
    """What stands in for a database server's container: it dumps *dump*, and refuses what it is given where told so."""

    dump: bytes = b""
    refuses: bytes = b""
    given: bytes = b""
    run: list[str] = field(default_factory=list)

    def put_archive(self, _: str, archive: bytes) -> None:
        """Take a file."""
        self.given = unpacked([archive])

    def exec_run(self, words: list[str], *, demux: bool = False) -> tuple[int, object]:
        """Dump, restore, drop or create."""
        self.run.append(words[0])
        if demux:
            return (0, (self.dump, b"")) if self.dump else (1, (None, b"no server\nno dump"))
        return (3, self.refuses) if self.refuses and words[0] == "psql" else (0, b"")

    @property
    def container(self) -> Container:
        """The same for those who know containers only."""
        return cast("Container", self)


HIDES = b"SELECT pg_catalog.set_config('search_path', '', false);\n"
KEPT = Snapshot("server", "1", MIGRATIONS)


def test_a_kept_database_is_restored_with_every_schema_in_sight(tmp_path: Path) -> None:
    databases, rows = Databases(tmp_path, 1.0), b"COPY notes FROM stdin;\n" + HIDES + b"\\.\n"
    databases.keep(KEPT, of=Server(b"SET a = b;\n" + HIDES + rows).container)
    server = Server()
    assert databases.restore(KEPT, into=server.container) == ""
    assert server.given == b"SET a = b;\n" + rows
    assert server.run == ["psql"]


def test_the_database_and_its_owner_are_the_stack_s_and_the_rows_of_a_run_are_not_kept(tmp_path: Path) -> None:
    words: list[list[str]] = []

    class Told(Server):
        def exec_run(self, argv: list[str], *, demux: bool = False) -> tuple[int, object]:
            words.append(argv)
            return super().exec_run(argv, demux=demux)

    databases = Databases(tmp_path, 1.0, PAIR.kit.database)
    databases.keep(KEPT, of=Told(b"CREATE").container)
    databases.restore(KEPT, into=Told(refuses=b"no").container)
    assert "--exclude-table-data=users_token" in words[0]
    assert all("--username=netbox" in argv and argv[-1] == "netbox" for argv in words)


def test_a_database_that_is_not_dumped_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="could not be kept") as caught:
        Databases(tmp_path, 1.0).keep(KEPT, of=Server().container)
    assert caught.value.details == ("no server", "no dump")
    assert list(tmp_path.iterdir()) == []


def test_what_the_server_refuses_is_told_and_removed_and_the_database_is_empty_again(tmp_path: Path) -> None:
    databases = Databases(tmp_path, 1.0)
    databases.keep(KEPT, of=Server(b"CREATE").container)
    server = Server(refuses=b"psql: one\nERROR: operator does not exist\nLINE 1")
    assert databases.restore(KEPT, into=server.container) == "ERROR: operator does not exist; LINE 1"
    assert server.run == ["psql", "dropdb", "createdb"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("torn", [b"", b"plain text", gzip.compress(b"CREATE TABLE" * 99, mtime=0)[:-9]])
def test_a_file_that_is_damaged_is_told_removed_and_not_given_to_the_server(tmp_path: Path, torn: bytes) -> None:
    databases, server = Databases(tmp_path, 1.0), Server()
    databases.keep(KEPT, of=Server(b"CREATE").container)
    (tmp_path / f"{KEPT.key}.sql.gz").write_bytes(torn)
    assert databases.restore(KEPT, into=server.container) != ""
    assert (server.run, list(tmp_path.iterdir())) == ([], [])


def suite(folder: Path, checks: str) -> Suite:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = contract\n", encoding="utf-8")
    (folder / "judging.py").touch()
    (folder / "test_checks.py").write_text(checks, encoding="utf-8")
    return Suite((folder,), (folder,), (), clean_environment(os.environ), Event())


def test_a_suite_that_passes_has_no_problems_and_tells_what_it_does(tmp_path: Path) -> None:
    said: list[str] = []
    checks = "import time\ndef test_the_pair_is_there():\n    time.sleep(1)\n"
    (judged,) = suite(tmp_path, checks).judge(tmp_path / "junit.xml", line=said.append)
    assert (judged.name, judged.verdict) == ("test_the_pair_is_there", "pass")
    assert (tmp_path / "junit.xml").is_file()


def test_a_check_that_fails_names_its_contract_first(tmp_path: Path) -> None:
    checks = """\
import pytest

@pytest.fixture(autouse=True)
def contract(record_property):
    record_property("contract", "pair.sync")

def test_words():
    raise AssertionError("the job ended errored")

def test_named():
    raise AssertionError("contract pair.objects broke: pve01 is not there")

def test_fine():
    pass
"""
    judged = suite(tmp_path, checks).judge(tmp_path / "junit.xml", line=lambda _: None)
    assert [(each.name, each.verdict) for each in judged[2:]] == [("pair.sync", "pass")]
    assert [each.problem for each in judged if each.verdict == "fail"] == [
        "contract pair.sync broke: AssertionError: the job ended errored",
        "contract pair.objects broke: pve01 is not there",
    ]


CRASHES = "import os\ndef test_it():\n    os.kill(os.getpid(), 9)\n"
INTERNAL = "raise RuntimeError('a hook of ours')"


@pytest.mark.parametrize(
    ("checks", "hooks", "words"),
    [
        ("import nothing_of_this_name", "", "ended with 2 (.*nothing_of_this_name"),
        ("def test_it(): pass", f"def pytest_runtestloop(session): {INTERNAL}", "ended with 3 (.*a hook of ours"),
        ("def test_it(): pass", "import nothing", "ended with 4 (.*nothing"),
        ("", "", "ended with 5"),
        (CRASHES, "", "ended with 137"),
    ],
    ids=["collection", "internal", "usage", "empty", "killed"],
)
def test_a_suite_that_cannot_be_run_to_its_end_judges_nobody(
    tmp_path: Path, checks: str, hooks: str, words: str
) -> None:
    judged = suite(tmp_path, checks)
    (tmp_path / "conftest.py").write_text(hooks, encoding="utf-8")
    with pytest.raises(Unavailable, match=f"^The checks could not be run: the suite {words}".replace("(", r"\(")):
        judged.judge(tmp_path / "junit.xml", line=lambda _: None)


TOLD = {
    "RELEASEGATE_PATH": "fresh",
    "RELEASEGATE_PHASE": "candidate",
    "RELEASEGATE_STACK_PROJECT": "rg-none",
    "RELEASEGATE_STACK_FILE": "compose.yaml",
    "RELEASEGATE_STACK_SERVICES": '{"app": "app"}',
    "RELEASEGATE_LEFT_OUT": '{"low.unfit*": "there is no such thing here"}',
    "RELEASEGATE_FACTS": "facts.json",
    "RELEASEGATE_REPORT": "report",
}
LOW = """\
import pytest

@pytest.mark.contract("low.word", "the app")
def test_word(word):
    assert word == "high"

@pytest.mark.contract("low.unfitting", "the app")
def test_unfit():
    raise AssertionError

@pytest.mark.contract("low.filled", "the app")
@pytest.mark.phases("released")
def test_old():
    raise AssertionError
"""
HIGH = """\
import pytest

@pytest.mark.contract("high.before", "the app")
def test_before():
    assert not "it"

@pytest.mark.contract("high.after", "the app", needs=("high.before",))
def test_after():
    pass
"""
WORD = "import pytest\n\n@pytest.fixture(scope='session')\ndef word():\n    return {!r}\n"


def test_the_suites_of_stacks_that_build_on_each_other_are_one(tmp_path: Path) -> None:
    low, high = tmp_path / "low", tmp_path / "high"
    for folder, name, text in ((low, "low", LOW), (high, "high", HIGH)):
        folder.mkdir()
        (folder / f"test_{1 if folder == high else 2}.py").write_text(text, encoding="utf-8")
        (folder / f"{name}_fixtures.py").write_text(WORD.format(name), encoding="utf-8")
    shared = (high, low, PAIR.common / "suite")
    environment = clean_environment(os.environ, **TOLD)
    both = Suite((low, high), shared, ("low_fixtures", "high_fixtures"), environment, Event())
    judged = both.judge(tmp_path / "junit.xml", line=lambda _: None)
    assert [(each.name, each.verdict) for each in judged] == [
        ("high.before", "fail"),
        ("high.after", "skipped"),
        ("low.word", "pass"),
        ("low.unfitting", "skipped"),
    ]
    assert (judged[0].blamed, judged[3].problem) == ("the app", "left out: there is no such thing here")
    assert "high.before broke before" in judged[1].problem


def test_whom_a_check_holds_responsible_is_read_and_what_is_skipped_says_why(tmp_path: Path) -> None:
    checks = """\
import pytest

def test_mock(record_property):
    record_property("contract", "mock.up")
    record_property("blamed", "the stack, not the candidate")
    raise AssertionError("contract mock.up broke: it is silent")

def test_later(record_property):
    record_property("contract", "pair.sync")
    pytest.skip("mock.up broke before")
"""
    mock, later = suite(tmp_path, checks).judge(tmp_path / "junit.xml", line=lambda _: None)
    assert (mock.name, mock.blamed) == ("mock.up", THE_STACK)
    assert (later.name, later.verdict) == ("pair.sync", "skipped")
    assert "mock.up broke before" in later.problem


def test_a_project_s_own_check_fails_with_the_line_that_says_why_first(tmp_path: Path) -> None:
    raises = "raise KeyError('route')"
    commands = [[sys.executable, "-c", "pass"], [sys.executable, "-c", raises]]
    passed, failed = suite(tmp_path, "").own(commands, cwd=tmp_path)
    assert (passed.verdict, passed.name) == ("pass", "project.check")
    assert failed.problem.startswith("contract project.check broke: ")
    assert failed.problem.endswith("ended with 1: KeyError: 'route'")
    assert failed.words[-1] == "KeyError: 'route'"


def test_a_project_s_own_check_that_had_no_room_judges_nobody(tmp_path: Path) -> None:
    full = [sys.executable, "-c", "raise OSError(28, 'No space left on device', '/tmp/x')"]
    with pytest.raises(Unavailable, match="had no room on a disk"):
        suite(tmp_path, "").own([full], cwd=tmp_path)


def test_a_project_s_own_check_that_was_killed_judges_nobody(tmp_path: Path) -> None:
    killed = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
    with pytest.raises(Unavailable, match="was killed"):
        suite(tmp_path, "").own([killed], cwd=tmp_path)


def keep(folder: Path, ground: str) -> Snapshot:
    """Keep a database of 1024 bytes as one that ran is kept."""
    snapshot = Snapshot("server", ground, MIGRATIONS)
    (folder / f"{snapshot.key}.sql.gz").write_bytes(b"x" * 1024)
    text = f'{{"server": "server", "ground": "{ground}", "migrations": {{"app/migrations/0001.py": "a"}}}}'
    (folder / f"{snapshot.key}.json").write_text(text, encoding="utf-8")
    return snapshot
