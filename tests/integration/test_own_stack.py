"""A stack of one's own, in a folder: a reusable Django app on PostgreSQL, judged without a line of it in releasegate.

Run with ``nox -s tests -- -m docker`` where a Docker engine is; Django comes from PyPI.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from packaging.version import Version
from stack_runs import stack_runner

from releasegate.core.config.keys import Package
from releasegate.ports import Delivery, EndToEndReport
from releasegate.rehearsal.index import sample_wheel

pytestmark = [pytest.mark.docker, pytest.mark.network]

APP = Package(name="quay-berths", path=PurePosixPath(), version_files=(), pythons=("3.13",))
MODELS = "from django.db import models\n\n\nclass Berth(models.Model):\n    name = models.CharField(max_length=20)\n"
ADMIN = "from django.contrib import admin\n\nfrom .models import Berth\n\nadmin.site.register(Berth)\n"
FIRST = """\
from django.db import migrations, models

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel(
            "Berth",
            [("id", ID), ("name", models.CharField(max_length=20))],
        )
    ]
"""
SECOND = """\
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quay_berths", "0001_initial")]
    operations = [migrations.AddField("Berth", "deep", models.BooleanField(default=False))]
"""
DEEP = "    deep = models.BooleanField(default=False)\n"
OLD = {"__init__": "", "models": MODELS, "admin": ADMIN, "migrations/__init__": "", "migrations/0001_initial": FIRST}
NEW = {**OLD, "models": MODELS + DEEP, "migrations/0002_deep": SECOND}
FORGOTTEN = {**OLD, "models": MODELS + DEEP}


def delivered(folder: Path, version: str, modules: Mapping[str, str]) -> Delivery:
    """Return a version of the app as a wheel."""
    wheel = sample_wheel(APP.name, version, files={f"quay_berths/{name}.py": text for name, text in modules.items()})
    (folder / wheel.filename).write_bytes(wheel.content)
    return Delivery(APP, Version(version), "dist", "", (folder / wheel.filename,))


def judged(
    folder: Path, new: Mapping[str, str], *paths: str, environ: Mapping[str, str] = os.environ
) -> EndToEndReport:
    """Judge the next version of the app in the stack of the tests."""
    old, candidate = delivered(folder, "1.0", OLD), delivered(folder, "1.1", new)
    runner = stack_runner(
        folder,
        "site",
        packages={"app": (APP.name,)},
        paths=paths,
        released=lambda _: replace(old, source="pypi"),
        environ=environ,
    )
    return runner.run(candidate, companions=(), progress=lambda _: None)


def test_an_app_whose_migrations_say_what_its_models_do_passes_fresh_and_upgraded(tmp_path: Path) -> None:
    report = judged(tmp_path, NEW, "fresh", "upgrade")
    assert (report.verdict, report.problems) == ("pass", ())
    assert [row["cell"] for row in report.evidence["cells"]] == [
        "Django pypi:5.2.1, Python 3.13, dist, fresh",
        "Django pypi:5.2.1, Python 3.13, dist, upgrade",
    ]
    assert list((tmp_path / "cache" / "databases").glob("*.sql.gz"))


def test_a_forgotten_migration_is_a_failure_and_the_candidate_is_blamed(tmp_path: Path) -> None:
    report = judged(tmp_path, FORGOTTEN, "fresh")
    assert report.verdict == "fail"
    assert "contract site.migrations broke" in report.problems[0]
    assert report.problems[-1] == "quay-berths broke it: the quay-berths that users have passes here."
