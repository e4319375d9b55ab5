"""Images and kept databases go through a registry on loopback, and an engine that has none of them begins with them."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from docker.errors import ImageNotFound
from loopback_registry import registry

from releasegate.adapters.containers.elsewhere.registry import Registry
from releasegate.adapters.containers.engine import ContainerEngine, opened
from releasegate.adapters.containers.images.image_specs import ImageSpec
from releasegate.adapters.containers.images.images import Images
from releasegate.adapters.containers.tar import packed

pytestmark = pytest.mark.docker


@pytest.fixture
def engine() -> Iterator[ContainerEngine]:
    with opened(os.environ) as found:
        yield found


@pytest.fixture
def base(engine: ContainerEngine) -> Iterator[str]:
    """Return an image that holds one file, which nobody else has."""
    name = f"releasegate-test/{uuid.uuid4().hex}:1"
    engine.client.api.import_image_from_data(packed({"word": name.encode()}), repository=name[:-2], tag="1")
    yield name
    engine.client.images.remove(name)


def test_an_image_that_one_made_another_has_without_making_it(
    engine: ContainerEngine, base: str, tmp_path: Path
) -> None:
    (tmp_path / "Dockerfile").write_text('ARG BASE\nFROM ${BASE}\nCOPY . /made/\nCMD ["/nothing"]\n', encoding="utf-8")
    said: list[str] = []
    with registry() as (host, held):
        images = Images(engine, registry=Registry(engine, f"{host}/harbor", said.append))
        spec = ImageSpec("Host 1.0", base, {"role": "core"}, {"Dockerfile": tmp_path / "Dockerfile"})
        tag = images.made(spec, progress=said.append)
        try:
            made = images.id_of(tag)
            assert [name for name in held.manifests if name.startswith("harbor/core:")]
            engine.client.images.remove(tag)
            said.clear()
            assert images.made(spec, progress=said.append) == tag
            assert images.id_of(tag) == made
            assert said == [f"had {tag} from {host}/harbor"]
            assert b'"role": "core"' in images.read(tag, "/made/spec.json")
        finally:
            with suppress(ImageNotFound):
                engine.client.images.remove(tag)
        assert not [each for image in engine.client.images.list() for each in image.tags if each.startswith(host)]


def test_files_go_there_and_back_and_what_is_not_there_is_nothing(engine: ContainerEngine) -> None:
    tag, said = f"releasegate/database:{uuid.uuid4().hex}", list[str]()
    contents = {"a.json": b"{}", "a.sql.gz": os.urandom(4096)}
    with registry() as (host, _):
        kept = Registry(engine, f"{host}/harbor", said.append)
        assert kept.get(tag, tuple(contents)) == {}
        kept.put(tag, contents)
        assert kept.get(tag, tuple(contents)) == contents
    assert said == [f"had {tag} from {host}/harbor"]
    kept.put(tag, contents)
    assert "took no image" in said[-1]
    assert not engine.client.images.list(name=tag)
