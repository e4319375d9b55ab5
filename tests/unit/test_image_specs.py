"""What goes into the images of a stack, and which of them a cell needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from fake_engine import FakeEngine
from packaging.version import Version
from release_fixture import APP, CORE
from stacks import cell, folders, kit, pair_stack

from releasegate.adapters.containers.images.ensemble_images import Ensemble, EnsembleImages, Prepared
from releasegate.adapters.containers.images.image_specs import ImageSpec, ImageSpecs
from releasegate.adapters.containers.images.images import Images
from releasegate.core.config.keys import Service
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.matrix import Cell
from releasegate.core.errors import ConfigurationError, Unavailable
from releasegate.ports import Delivery

SERVED = replace(CORE, service=Service(("core", "{port}"), "/up", {"KEY": "{secret}"}))
STACK = pair_stack(APP.name, CORE.name, requirements={"mock": ("mock==2",)})


def delivered(folder: Path, package: Any = APP) -> Delivery:
    """Return a package as a wheel."""
    file = folder / f"{package.name}-1.0-py3-none-any.whl"
    file.write_bytes(b"wheel")
    return Delivery(package, Version("1.0"), "dist", "", (file,))


def specs(stack: Stack = STACK, *, index: str = "https://index.test/simple/") -> ImageSpecs:
    return ImageSpecs(folders(), stack, index, None)


def spec(name: str, one: Cell, *packages: Delivery, stack: Stack = STACK) -> Mapping[str, Any]:
    """Return what goes into an image."""
    image = stack.kit.image(name, one.fits)
    assert image is not None
    return specs(stack).made(image, one, base="base", packages=packages).spec


def test_packages_are_installed_by_their_files_and_the_host_s_configuration_is_put_where_it_looks(
    tmp_path: Path,
) -> None:
    told = spec("netbox", cell("image:4.5.8"), delivered(tmp_path))
    assert told["packages"] == [{"name": APP.name, "file": f"{APP.name}-1.0-py3-none-any.whl", "extras": []}]
    assert told["places"] == {"configuration.py": "/etc/netbox/config/configuration.py"}
    assert told["content"] == ["**/migrations/*.py"]


def test_several_packages_of_a_role_are_in_one_image(tmp_path: Path) -> None:
    both = [delivered(tmp_path), delivered(tmp_path, CORE)]
    assert [each["name"] for each in spec("netbox", cell(), *both)["packages"]] == [APP.name, CORE.name]


def test_requirements_have_the_values_of_the_cell_and_a_project_says_others() -> None:
    assert spec("netbox-core", cell())["requirements"] == ["netbox==4.7.3"]
    assert spec("netbox-core", cell("image:4.5.8"))["requirements"] == []
    assert spec("mock", cell())["requirements"] == ["mock==2"]
    assert spec("mock", cell(), stack=pair_stack(APP.name, CORE.name))["requirements"][0].startswith("proxmox-sdk==")


def test_a_service_is_served_as_its_package_says_or_as_the_stack_does(tmp_path: Path) -> None:
    backend = spec("backend", cell(), delivered(tmp_path, SERVED))["serve"]
    assert (backend["command"], backend["ready"], backend["port"]) == (["core", "{port}"], "/up", 8000)
    assert spec("mock", cell())["serve"]["command"][0] == "uvicorn"
    with pytest.raises(ConfigurationError, match="has no service"):
        spec("backend", cell(), delivered(tmp_path, replace(CORE, service=None)))


def test_the_files_of_a_folder_that_is_not_there_are_refused() -> None:
    image = replace(kit().images[-1], files=("nowhere",))
    with pytest.raises(ConfigurationError, match="takes the files of images/nowhere"):
        specs().made(image, cell(), base="base", packages=())


def test_a_build_reaches_an_index_of_this_machine_by_its_network() -> None:
    image = kit().image("mock", cell().fits)
    assert image is not None
    made = {
        index: specs(index=index).made(image, cell(), base="b", packages=())
        for index in ("http://localhost:1/", "https://x/")
    }
    assert [each.network for each in made.values()] == ["host", "default"]


def test_only_what_the_services_of_a_cell_run_is_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def prepared(one: Cell) -> tuple[Prepared, list[str]]:
        engine = FakeEngine()
        images = EnsembleImages(Images(engine.engine), specs(), STACK, {}, lambda _: None)
        both = Ensemble((delivered(tmp_path), delivered(tmp_path, SERVED)))
        return images.prepare(both, one), sorted(name for name in engine.here if "releasegate/" not in name)

    monkeypatch.setattr(Images, "read", lambda *_: b'{"digests": {}, "replaces": [], "run_before": []}')
    found, pulled = prepared(cell("image:4.5.8"))
    assert "docker.io/netboxcommunity/netbox:v4.5.8" in pulled
    assert found.whole is not None
    assert (found.whole.ground, found.core) == ("image:4.5.8", found.whole)
    assert "netboxcommunity" not in " ".join(prepared(cell())[1])


def test_a_cell_for_which_a_stack_has_no_image_is_refused(tmp_path: Path) -> None:
    lacking = replace(kit(), images=tuple(each for each in kit().images if each.when.get("netbox") != "image"))
    stack = pair_stack(APP.name, CORE.name, kit=lacking)
    images = EnsembleImages(Images(FakeEngine().engine), specs(stack), stack, {}, lambda _: None)
    with pytest.raises(ConfigurationError, match=r"has no image netbox for NetBox image:4\.5\.8"):
        images.prepare(Ensemble((delivered(tmp_path), delivered(tmp_path, SERVED))), cell("image:4.5.8"))


def test_images_that_are_not_made_of_each_other_are_made_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting, ended = Barrier(3, timeout=30), list[str]()

    def made(_: object, image_spec: ImageSpec, **__: object) -> str:
        role = image_spec.spec["role"]
        if role != "netbox":  # the only one that waits for another
            meeting.wait()
        ended.append(role)
        if role == "netbox-core":
            raise Unavailable("the index answers with 503", hint="Run it again")
        return f"releasegate/{role}:1"

    monkeypatch.setattr(Images, "made", made)
    images = EnsembleImages(Images(FakeEngine().engine), specs(), STACK, {}, lambda _: None)
    with pytest.raises(Unavailable, match="503"):
        images.prepare(Ensemble((delivered(tmp_path), delivered(tmp_path, SERVED))), cell())
    assert sorted(ended) == ["backend", "mock", "netbox-core"]
