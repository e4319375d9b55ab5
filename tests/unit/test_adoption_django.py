"""A Django app that no host brings: what imports only in a configured project is proposed as not imported."""

from __future__ import annotations

import pytest
from adopted import STATIC, look

PROJECT = STATIC + 'dependencies = ["Django>=4.2"]\n'
REASON = "imports only in a configured Django project"
MODELS = "from django.db import models\n\n\nclass Lamp(models.Model):\n    pass\n"


def proposed(project: str = PROJECT, **modules: str) -> dict[str, str]:
    files = {f"quay_lamp/{name}.py": text for name, text in modules.items()}
    return dict(look({"pyproject.toml": project, "quay_lamp/__init__.py": "", **files}).not_imported)


@pytest.mark.parametrize(
    "text",
    [
        MODELS,
        "from django.contrib.auth.models import User\n",
        "from django.contrib.auth import get_user_model\nUser = get_user_model()\n",
        "from django.conf import settings\nLIMIT = settings.LIMIT\n",
        "from django.conf import settings\ndef lit(limit=settings.LIMIT):\n    pass\n",
        "from rest_framework import viewsets\n",
        "from django.db import migrations\nclass Migration:\n    needs = [migrations.swappable_dependency('x')]\n",
    ],
)
def test_what_reads_settings_or_defines_a_model_when_it_is_imported_is_proposed(text: str) -> None:
    assert proposed(thing=text, plain="import json\n") == {"quay_lamp.thing": REASON}


@pytest.mark.parametrize(
    "text",
    [
        "from django.conf import settings\ndef lit():\n    return settings.LIMIT\n",
        "from django.apps import AppConfig\nclass Lamp(AppConfig):\n    name = 'quay_lamp'\n",
        "from django.contrib.auth import get_user_model\ndef user():\n    return get_user_model()\n",
        "class Model:\n    pass\nclass Lamp(Model):\n    pass\n",
        "try:\n    from django.conf import settings\n    LIMIT = settings.LIMIT\nexcept Exception:\n    LIMIT = 1\n",
    ],
)
def test_what_imports_without_settings_is_tried(text: str) -> None:
    assert proposed(thing=text) == {}


def test_what_imports_such_a_module_is_proposed_too() -> None:
    found = proposed(models=MODELS, admin="from quay_lamp.models import Lamp\n", forms="import json\n")
    assert set(found) == {"quay_lamp.admin", "quay_lamp.models"}


def test_a_package_that_does_not_depend_on_django_is_none() -> None:
    assert proposed(STATIC, thing=MODELS) == {}
