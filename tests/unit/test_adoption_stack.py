"""A package that a host loads is judged in that host's stack: its table is proposed, and what it cannot know asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from adopted import INIT, STATIC

from releasegate.adapters.kit_folders import KitsBeside, kits_of_hosts, known_hosts
from releasegate.core.adopt.asked.questions import Question, questions
from releasegate.core.adopt.asked.stack import stack_questions
from releasegate.core.adopt.detect import Detected, Surroundings, detect
from releasegate.core.adopt.stack import propose_stack
from releasegate.core.adopt.table import RepositoryFacts, table
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.config.parse import parse_settings
from releasegate.core.config.stack import Stack
from releasegate.core.stacks.host import Host
from releasegate.core.stacks.kit import Kit

FACTS = RepositoryFacts("main", "origin", ForgeConfig("github", "octo/quay-lamp"))
AROUND = Surroundings(hosts=known_hosts(), kits=kits_of_hosts())
(KIT, SHIPPED), *_ = kits_of_hosts().items()
PLUGIN = "from netbox.plugins import PluginConfig\n\n\nclass Lamp(PluginConfig):\n    version = '1.4.0'\n"
GUARDED = f"try:\n    {PLUGIN.splitlines()[0]}\nexcept ImportError:\n    PluginConfig = object\n"


def look(init: str, around: Surroundings = AROUND, **others: str) -> Detected:
    files = {"pyproject.toml": STATIC, INIT: init, **{f"quay_lamp/{name}.py": text for name, text in others.items()}}
    return detect({PurePosixPath(path): text.encode() for path, text in sorted(files.items())}, around)


def stack_of(found: Detected) -> Stack:
    settings = parse_settings(table(found, FACTS), where="pyproject.toml", kits=KitsBeside(Path()))
    assert settings.stack is not None
    return settings.stack


def asked(found: Detected, stack: Stack | None = None) -> list[Question]:
    assert found.stack is not None
    return [*questions(found, FACTS), *stack_questions(found.stack, stack)]


def test_one_stack_of_each_host_is_offered_and_it_builds_on_no_other_of_that_host() -> None:
    assert list(kits_of_hosts()) == [KIT]
    assert SHIPPED.host is not None
    assert SHIPPED.host.dimension in {each.name for each in SHIPPED.dimensions}


@pytest.mark.parametrize(
    "init",
    [
        PLUGIN,
        "from extras.plugins import PluginConfig as Base\n\nclass Lamp(Base):\n    pass\n",
        "import netbox.plugins\n\nclass Lamp(netbox.plugins.PluginConfig):\n    pass\n",
        "from netbox import plugins\n\nclass Lamp(plugins.PluginConfig):\n    pass\n",
        PLUGIN.replace("from", "try:\n    from", 1).replace(
            "\n\n", "\nexcept ImportError:\n    PluginConfig = object\n", 1
        ),
    ],
)
def test_a_package_with_a_class_of_the_host_s_own_gets_the_stack_of_the_host(init: str) -> None:
    stack = stack_of(look(init))
    assert (stack.kit_name, stack.pythons, stack.packages) == (KIT, ("3.13",), {"plugin": ("quay-lamp",)})
    assert not [each for each in asked(look(init)) if "judges it end to end" in each.asks]


def test_a_class_in_a_module_of_its_own_counts_too() -> None:
    assert look("from .config import Lamp as config\n", config=PLUGIN).stack is not None


@pytest.mark.parametrize(
    "init",
    [
        "from netbox.models import NetBoxModel\n\nclass Lamp(NetBoxModel):\n    pass\n",
        "from nautobot.extras.plugins import PluginConfig\n\nclass Lamp(PluginConfig):\n    pass\n",
        "from .plugins import PluginConfig\n\nclass Lamp(PluginConfig):\n    pass\n",
        "class PluginConfig:\n    pass\n\nclass Lamp(PluginConfig, metaclass=type):\n    pass\n",
        "from netbox.plugins import PluginConfig\nLamp = PluginConfig\n",
        "",
    ],
)
def test_what_no_host_loads_gets_no_stack_and_is_asked_for_a_command(init: str) -> None:
    found = look(init)
    assert found.stack is None
    assert "[tool.releasegate.stack]" not in table(found, FACTS)
    assert [each for each in questions(found, FACTS) if "judges it end to end" in each.asks]


def test_a_package_without_a_module_gets_no_stack() -> None:
    assert propose_stack("quay-lamp", {}, None, kits_of_hosts(), pythons=()) is None


def test_the_host_is_the_stack_s_own_where_the_package_accepts_it_and_the_oldest_is_asked_about() -> None:
    found = look(PLUGIN + "    min_version = '4.4.0'\n    max_version = '4.7.99'\n")
    assert stack_of(found).dimensions == {"netbox": SHIPPED.dimensions[0].default}
    assert [each.answers for each in asked(found) if "shall it be judged there, too" in each.asks] == [
        ('dimensions = { netbox = ["image:4.4.0", "4.7.3"] }',)
    ]


@pytest.mark.parametrize(
    ("stated", "taken"),
    [
        ("    min_version = '4.4'\n    max_version = '4.6.99'\n", "image:4.4.0"),
        ("    min_version = '5.0.1'\n", "5.0.1"),
        ("    max_version = '4.6.99'\n", "4.7.3"),
    ],
)
def test_where_the_package_does_not_accept_the_stack_s_own_host_its_oldest_is_a_guess(stated: str, taken: str) -> None:
    found = look(PLUGIN + stated)
    assert stack_of(found).dimensions == {"netbox": (taken,)}
    assert "# a guess: it accepts NetBox from" in table(found, FACTS)
    (question,) = (each for each in asked(found) if "On which NetBox is it judged?" in each.asks)
    assert question.answers == (f'dimensions = {{ netbox = ["{taken}"] }}',)


def test_an_oldest_host_that_the_stack_s_own_already_is_or_that_is_no_version_is_not_asked_about() -> None:
    for oldest in ("4.7.3", "unknown", "4"):
        found = look(PLUGIN + f"    min_version = '{oldest}'\n")
        if oldest != "4":
            assert not [each for each in asked(found) if "shall it be judged there, too" in each.asks]
    assert stack_of(found).dimensions == {"netbox": ("4.7.3",)}


def test_settings_without_which_it_does_not_load_are_given_something_and_asked_about() -> None:
    found = look(PLUGIN + "    required_settings = ['lamp_key', 'lamp_oil', 3]\n")
    told = '{"quay_lamp": {"lamp_key": "...", "lamp_oil": "..."}}'
    assert stack_of(found).variables == {"PLUGINS_CONFIG": told}
    (question,) = (each for each in asked(found) if "lamp_key and lamp_oil" in each.asks)
    assert question.answers == (f"variables = {{ PLUGINS_CONFIG = '{told}' }}",)
    assert look(PLUGIN + "    required_settings = OTHERS\n").stack == look(PLUGIN).stack


def test_a_final_to_upgrade_from_is_believed_by_a_tag() -> None:
    assert stack_of(look(PLUGIN)).paths == ("fresh",)
    assert stack_of(look(PLUGIN, replace(AROUND, tags=("v1.3.0",)))).paths == ("fresh", "upgrade")


def test_a_python_that_the_host_is_not_tried_with_is_taken_where_the_package_has_no_other() -> None:
    found = look(PLUGIN)
    assert found.stack is not None
    files = {PurePosixPath(INIT): PLUGIN.encode()}
    other = propose_stack("quay-lamp", files, PurePosixPath("quay_lamp"), kits_of_hosts(), pythons=("3.11", "3.12"))
    assert other is not None
    assert other.python == "3.12"


def test_a_host_whose_stack_names_no_dimension_of_versions_is_proposed_without_one() -> None:
    bare = Kit(roles={"lamp": "a lamp"}, host=Host("Wharf", ("wharf",), classes=("Lamp",)))
    files = {PurePosixPath(INIT): b"from wharf import Lamp\nclass My(Lamp):\n    pass\n"}
    kits = {"none": Kit(), "two": replace(bare, roles={"a": "", "b": ""}), "wharf": bare}
    found = propose_stack("quay-lamp", files, PurePosixPath("quay_lamp"), kits, pythons=())
    assert found is not None
    assert (found.kit, found.values, found.oldest) == ("wharf", (), "")
    assert "dimensions" not in table(replace(look(""), stack=found), FACTS)


def test_a_second_package_of_a_table_joins_the_stack_that_is_there() -> None:
    found, there = look(PLUGIN), Stack(KIT, ("3.13",), {"plugin": ("harbor-tools",)}, kit=SHIPPED)
    text = table(found, FACTS, joined=True)
    assert "[tool.releasegate.stack]" not in text
    (question,) = (each for each in asked(found, there) if "with the others" in each.asks)
    assert question.answers == ('packages = { plugin = ["harbor-tools", "quay-lamp"] }',)
    (new,) = (each for each in asked(found, Stack(KIT, ("3.13",), kit=SHIPPED)) if "with the others" in each.asks)
    assert new.answers == ('packages = { plugin = ["quay-lamp"] }',)
