"""The embedded forge as a server: its address, its configuration, and an end that frees the port."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from releasegate.core.errors import Unavailable
from releasegate.rehearsal.forge import EmbeddedForge


def new_forge(root: Path, port: int = 0) -> EmbeddedForge:
    return EmbeddedForge(root, "octo/harbor", token="secret", commit_of=dict[str, str]().get, kind="gitea", port=port)


def test_it_serves_where_its_configuration_says_and_only_while_it_runs(tmp_path: Path) -> None:
    forge = new_forge(tmp_path)
    with forge:
        config = forge.config
        assert (config.kind, config.repository, config.address) == ("gitea", "octo/harbor", forge.address)
        assert requests.get(f"{forge.address}/api/v1/repos/octo/harbor/releases", timeout=30).json() == []
    with pytest.raises(Unavailable, match="The forge of octo/harbor is not running"):
        _ = forge.config


def test_its_port_can_be_had_again_at_once(tmp_path: Path) -> None:
    with new_forge(tmp_path) as forge:
        port = urlsplit(forge.address).port
    assert port is not None
    with new_forge(tmp_path, port) as forge:
        assert urlsplit(forge.address).port == port


def test_a_forge_that_never_served_can_be_left(tmp_path: Path) -> None:
    forge = new_forge(tmp_path)
    forge.__exit__(None, None, None)
    with pytest.raises(Unavailable):
        _ = forge.address
