"""Published migrations keep their meaning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archives import PACKAGE, said, subject, tracked, wheel, wheel_files

from releasegate.core.audit.code.meaning import listed, meaning
from releasegate.core.audit.last_release.frozen import frozen
from releasegate.core.audit.subject import Subject
from releasegate.core.config.keys import Wheel

FROZEN = replace(PACKAGE, wheel=Wheel(frozen=("sample_app/migrations/[0-9]*.py", "0001_*.py")))
MIGRATION = "sample_app/migrations/0001_initial.py"
HELPER = "sample_app/migrations/_helper.py"
PREVIOUS = "sample_app-0.9-py3-none-any.whl"

BEFORE = '''"""Made by hand."""
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The first."""

    dependencies = [("dcim", "0001_initial"), migrations.swappable_dependency(USER)]
    operations = [
        migrations.CreateModel(
            name="Lamp",
            fields=[
                ("name", models.CharField(max_length=10, help_text="Name", verbose_name="name",
                                          choices=[("a", "A"), ["b", "B"], ("Group", [("c", "C")])])),
            ],
            options={"verbose_name": "lamp", "ordering": ("name",)},
        ),
        migrations.AddConstraint("Lamp", models.CheckConstraint(check=models.Q(a=1), name="c")),
    ]
'''


def after(
    now: str | None, *, before: str = BEFORE, path: str = MIGRATION, more: dict[str, bytes] | None = None
) -> Subject:
    """Return a release in which one published file changed, or is gone."""
    old = wheel({**wheel_files(tracked("0.9"), version="0.9"), path: before.encode()}, version="0.9")
    new = {} if now is None else {path: now.encode()}
    return subject(package=FROZEN, previous=old, add={**new, **(more or {})}, remove=[path] if now is None else [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ('"name"', "'name'"),
        ("        migrations.CreateModel(\n", "        migrations.CreateModel(  # black\n\n"),
        ('help_text="Name", ', ""),
        ('verbose_name="name"', 'verbose_name="other"'),
        ('{"verbose_name": "lamp", ', '{"verbose_name_plural": "lamps", '),
        ('("a", "A")', '("a", "Another")'),
        ('["b", "B"]', '["b", "Other"]'),
        ('("c", "C")', '("c", "See")'),
        (
            "import django.db.models.deletion\nfrom django.db import migrations, models",
            "from django.db import models\nfrom django.db import migrations\nimport django.db.models.deletion",
        ),
        ('"""The first."""', '"""Another word."""'),
        ('("dcim", "0001_initial")', '("dcim", "0001_squashed_0150")'),
        ("check=models", "condition=models"),
        ("import django.db.models.deletion\n", "from __future__ import annotations\n"),
        (
            "from django.db import migrations",
            "import uuid\nfrom typing import ClassVar\nfrom django.db import migrations",
        ),
        ("    dependencies =", "    dependencies: ClassVar[list] ="),
        ("    operations =", "    operations: ClassVar[list] ="),
        ('name="Lamp",\n', 'name=u"Lamp",\n'),
        ('check=models.Q(a=1), name="c"', 'name="c", check=models.Q(a=1)'),
        ('{"verbose_name": "lamp", "ordering": ("name",)}', '{"ordering": ("name",), "verbose_name": "x"}'),
    ],
)
def test_a_migration_that_means_the_same_is_no_finding(old: str, new: str) -> None:
    assert old in BEFORE
    assert frozen(after(BEFORE.replace(old, new))) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max_length=10", "max_length=20"),
        ('("a", "A")', '("z", "A")'),
        ('("a", "A")', '("a", "A", "x")'),
        ('("dcim", "0001_initial")', '("dcim", "0002_more")'),
        ('("dcim", "0001_initial")', '("dcim", "0001_initial"), ("ipam", "0001_squashed")'),
        ('("dcim", "0001_initial"), ', ""),
        ("swappable_dependency(USER)", "swappable_dependency(OTHER)"),
        ('"ordering": ("name",)', ""),
        ("class Migration", "def ("),
        ("check=models", "name=models"),
    ],
)
def test_a_migration_that_means_something_else_is_a_finding_with_the_difference(old: str, new: str) -> None:
    assert old in BEFORE
    (found,) = frozen(after(BEFORE.replace(old, new)))
    assert str(found) == f"{MIGRATION} was published in {PREVIOUS} and is frozen, but it means something else now."
    assert not isinstance(found, str)
    assert found.lines[0] == f"--- {PREVIOUS}"
    assert any(line.startswith("-") for line in found.lines[2:])


RUNS = """from django.db import migrations
from django.utils import timezone

def forwards(apps, schema_editor):
    rows: list = apps.get_model("a", "B")
    rows.update(at=timezone.now(), **{"b": 1, **MORE})

class Migration(migrations.Migration):
    operations = [migrations.RunPython(forwards)]
"""


def test_a_function_of_a_migration_may_be_annotated_and_what_it_uses_comes_from_where_it_came() -> None:
    typed = RUNS.replace("(apps, schema_editor):", "(apps: Apps, schema_editor: object) -> None:").replace(": list", "")
    typed = "from django.apps import Apps\n" + typed
    assert frozen(after(typed, before=RUNS)) == ()
    assert len(frozen(after(RUNS.replace("django.utils", "pkg.clock"), before=RUNS))) == 1
    assert len(frozen(after(RUNS.replace('"b": 1, **MORE', '**MORE, "b": 1'), before=RUNS))) == 1


def test_dependencies_in_a_tuple_are_read_too() -> None:
    tupled = BEFORE.replace('[("dcim", "0001_initial"), migrations.swappable_dependency(USER)]', '(("dcim", "0001"),)')
    assert len(frozen(after(tupled.replace('"0001"', '"0002"'), before=tupled))) == 1


def test_what_a_helper_passes_on_stays_and_what_it_imports_for_itself_may_go() -> None:
    helps = "import os\nimport re\nfrom ._old import forwards\nPATTERN = re.compile('a')\n"
    tidied, other = helps.replace("import os\n", ""), helps.replace("._old", "._new")
    held = {HELPER: tidied.encode(), MIGRATION: BEFORE.encode()}
    old = wheel({**wheel_files(tracked("0.9"), version="0.9"), **held, HELPER: helps.encode()}, version="0.9")
    assert frozen(subject(package=FROZEN, previous=old, add=held)) == ()
    (found,) = frozen(subject(package=FROZEN, previous=old, add={**held, HELPER: other.encode()}))
    assert str(found).startswith(f"{HELPER} was published in ")


def test_a_frozen_file_that_is_gone_is_a_finding() -> None:
    assert said(frozen(after(None))) == (f"{MIGRATION} was published in {PREVIOUS} and is frozen, but it is gone.",)


def test_a_file_that_is_no_code_is_compared_byte_for_byte() -> None:
    built = after("B", before="A", path="sample_app/migrations/0001_data.json")
    package = replace(PACKAGE, wheel=Wheel(frozen=("0001_*",)))
    assert len(frozen(replace(built, package=package))) == 1


def test_a_dependency_on_an_own_migration_may_move_to_what_replaces_it() -> None:
    moved = BEFORE.replace('("dcim", "0001_initial")', '("dcim", "0003_all")')
    squash = b'class Migration:\n    replaces = [("dcim", "0001_initial")]\n'
    assert frozen(after(moved, more={"sample_app/migrations/0003_all.py": squash})) == ()
    assert len(frozen(after(moved))) == 1


def test_what_a_helper_held_stays_and_more_may_come() -> None:
    helper = "X = 1\ndef fill(apps):\n    return 1\n"
    assert frozen(after(f"{helper}\ndef more(): ...\n", before=helper, path=HELPER)) == ()
    (found,) = said(frozen(after(helper.replace("return 1", "return 2"), before=helper, path=HELPER)))
    assert found.startswith(f"{HELPER} was published in {PREVIOUS} and is frozen")


def test_an_empty_file_beside_migrations_is_no_helper() -> None:
    assert frozen(after("X = 1", before='"""Words."""', path="sample_app/migrations/__init__.py")) == ()


def test_a_first_release_has_nothing_frozen() -> None:
    assert frozen(subject(package=FROZEN)) == ()


def test_a_frozen_pattern_that_matches_nothing_is_a_finding() -> None:
    stale = replace(PACKAGE, wheel=Wheel(frozen=("other/*.py",)))
    assert said(frozen(subject(package=stale, previous=subject().wheel))) == (
        "wheel.frozen 'other/*.py' matches no file.",
    )


def test_code_that_is_nested_too_deeply_has_no_meaning_here() -> None:
    assert meaning(b"x = " + b"-" * 2000 + b"1") is None
    assert meaning(b"x = " + b"(" * 500) is None
    assert listed(b"x = " + b"(" * 500, "dependencies") == frozenset()
    assert (
        listed(b"class A:\n    dependencies = other\n    x = []\nclass B:\n    dependencies = []", "dependencies")
        == frozenset()
    )
