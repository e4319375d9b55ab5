"""The stack's files: what the Compose file names, what is kept between runs, and what a suite's report says."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import fields
from pathlib import Path
from threading import Event

import pytest

from releasegate.adapters.containers.databases import Databases
from releasegate.adapters.containers.suite import Suite
from releasegate.adapters.process import clean_environment
from releasegate.app.containers import stack_files
from releasegate.core.errors import Unavailable
from releasegate.core.snapshot import Reordering, Snapshot
from releasegate.core.stack import Images

MIGRATIONS = {"app/migrations/0001.py": "a"}
COMPOSE = (stack_files() / "compose.yaml").read_text(encoding="utf-8")


def test_every_image_of_the_compose_file_is_a_variable() -> None:
    images = re.findall(r"^ +image: (.*)$", COMPOSE, re.MULTILINE)
    assert len(images) == 5  # netbox and its worker share one
    assert all(image.startswith("${") for image in images)


def test_the_compose_file_and_the_configuration_name_the_same_public_images() -> None:
    named = dict(re.findall(r"\$\{(\w+)_IMAGE:-([^}]+)\}", COMPOSE))
    assert {name.lower(): image for name, image in named.items()} == {
        field.name: field.default for field in fields(Images) if field.name.upper() in named
    }
    assert set(named) == {"POSTGRES", "REDIS"}


def test_ports_are_published_on_loopback_only() -> None:
    ports = re.findall(r"^ +ports: (.*)$", COMPOSE, re.MULTILINE)
    assert len(ports) == 3
    assert all(port.startswith('["127.0.0.1::') for port in ports)


def test_every_service_has_a_health_check_and_the_run_s_labels() -> None:
    services = COMPOSE.partition("\nservices:\n")[2].partition("\nnetworks:\n")[0]
    names = re.findall(r"^  (\w+):$", services, re.MULTILINE)
    assert names == ["postgres", "redis", "netbox", "worker", "backend", "mock"]
    assert services.count("healthcheck:") == len(names)
    blocks = re.split(r"^  \w+:$", services, flags=re.MULTILINE)[1:]
    assert [
        name for name, block in zip(names, blocks, strict=True) if not re.search("labels: [*]|<<: [*]netbox", block)
    ] == []


def test_a_kept_database_is_found_by_what_made_it(tmp_path: Path) -> None:
    kept = keep(tmp_path, "1")
    assert Databases(tmp_path, 1.0).nearest(kept, reordering=Reordering()) == kept
    assert Databases(tmp_path, 1.0).size() == (1, 1024)


def test_a_kept_database_that_is_not_what_its_name_says_is_not_used(tmp_path: Path) -> None:
    kept = keep(tmp_path, "1")
    (tmp_path / f"{kept.key}.json").write_text('{"server": "s", "netbox": "2", "migrations": {}}', encoding="utf-8")
    assert Databases(tmp_path, 1.0).nearest(kept, reordering=Reordering()) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"server": 1}'])
def test_a_description_that_is_damaged_is_passed_over(tmp_path: Path, text: str) -> None:
    kept = keep(tmp_path, "1")
    (tmp_path / f"{kept.key}.json").write_text(text, encoding="utf-8")
    assert Databases(tmp_path, 1.0).nearest(kept, reordering=Reordering()) is None


def test_the_longest_unused_make_room_for_the_others(tmp_path: Path) -> None:
    old, new = keep(tmp_path, "1"), keep(tmp_path, "2")
    os.utime(tmp_path / f"{old.key}.dump", (1, 1))
    databases = Databases(tmp_path, 1.0)
    assert databases.trim(1536 / 2**30) == 1
    assert databases.nearest(old, reordering=Reordering()) is None
    assert databases.nearest(new, reordering=Reordering()) == new
    assert (databases.trim(0.0), databases.size()) == (1, (0, 0))
    assert sorted(path.suffix for path in tmp_path.iterdir()) == []


def suite(folder: Path, checks: str) -> Suite:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = contract\n", encoding="utf-8")
    (folder / "test_checks.py").write_text(checks, encoding="utf-8")
    return Suite(folder, clean_environment(os.environ), Event())


def test_a_suite_that_passes_has_no_problems_and_tells_what_it_does(tmp_path: Path) -> None:
    said: list[str] = []
    checks = "import time\ndef test_the_pair_is_there():\n    time.sleep(1)\n"
    assert suite(tmp_path, checks).judge(tmp_path / "junit.xml", line=said.append) == ()
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
    problems = suite(tmp_path, checks).judge(tmp_path / "junit.xml", line=lambda _: None)
    firsts = [line for line in problems if not line.startswith("  ")]
    assert firsts == [
        "contract pair.sync broke: AssertionError: the job ended errored",
        "contract pair.objects broke: pve01 is not there",
    ]


@pytest.mark.parametrize("checks", ["import nothing_of_this_name", ""])
def test_a_suite_that_judges_nothing_is_no_pass(tmp_path: Path, checks: str) -> None:
    judged = suite(tmp_path, checks)
    if checks:
        assert judged.judge(tmp_path / "junit.xml", line=lambda _: None)
    else:
        with pytest.raises(Unavailable):
            judged.judge(tmp_path / "junit.xml", line=lambda _: None)


def test_a_project_s_own_check_fails_in_its_own_words(tmp_path: Path) -> None:
    commands = [[sys.executable, "-c", "pass"], [sys.executable, "-c", "raise SystemExit('no route')"]]
    problems = suite(tmp_path, "").own(commands, cwd=tmp_path)
    assert problems[0].startswith("contract project.check broke: ")
    assert problems[-1] == "  no route"


def keep(folder: Path, netbox: str) -> Snapshot:
    """Keep a database of 1024 bytes as one that ran is kept."""
    snapshot = Snapshot("server", netbox, MIGRATIONS)
    (folder / f"{snapshot.key}.dump").write_bytes(b"x" * 1024)
    text = f'{{"server": "server", "netbox": "{netbox}", "migrations": {{"app/migrations/0001.py": "a"}}}}'
    (folder / f"{snapshot.key}.json").write_text(text, encoding="utf-8")
    return snapshot
