"""What goes into the images of a stack: of each, what its kit says and the files of the packages that it holds."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from releasegate.adapters.kit_folders import KitFolders
from releasegate.core.config.keys import Service
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.matrix import Cell
from releasegate.core.e2e.places import filled
from releasegate.core.errors import ConfigurationError, Unavailable
from releasegate.core.stacks.stack_keys import KitImage
from releasegate.ports import Delivery

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class ImageSpec:
    """What goes into an image: ``spec`` as ``install.py`` reads it, and the files beside it by name.

    ``what`` names it for people. ``bad`` says whether it is the release's fault where it cannot be made.
    """

    what: str
    base: str
    spec: Mapping[str, Any]
    files: Mapping[str, Path]
    bad: bool = False
    network: str = "default"
    context: Mapping[str, bytes] = field(default_factory=dict)

    def contents(self) -> dict[str, bytes]:
        """Return every file of the build's context by its name."""
        told = {name: path.read_bytes() for name, path in self.files.items()}
        return {**told, **self.context, "spec.json": json.dumps(self.spec, sort_keys=True).encode()}


@dataclass(frozen=True)
class ImageSpecs:
    """Makes image specs of a kit's folders; *index* is where everything comes from that is not a delivery.

    *trust* is a file of certificates that the index is believed by (``None``: the image's own).
    """

    folders: KitFolders
    stack: Stack
    index: str
    trust: Path | None

    def made(self, image: KitImage, cell: Cell, *, base: str, packages: Sequence[Delivery]) -> ImageSpec:
        """Return what is made of the image *base*, with *packages* in it.

        Raises:
            ConfigurationError: nothing says how a package is served that the image is to serve.
        """
        requirements = self.stack.requirements.get(image.name) or image.requirements
        context: dict[str, bytes] = {}
        installed = []
        for each in packages:
            file, content = installable(each)
            context |= content
            install = each.package.install
            installed.append({"name": each.package.name, "file": file, "extras": list(install.extras)})
            requirements = (*requirements, *install.requirements)
        database = self.stack.kit.database
        spec: dict[str, Any] = {
            "role": image.name,
            "venv": image.venv,
            "index": self.index,
            "system": list(image.system),
            "packages": installed,
            "requirements": [filled(each, cell.places) for each in requirements],
            "places": dict(image.places),
            "trees": list(image.trees),
            "content": list(database.files) if database is not None else [],
        }
        if image.serve is not None:
            spec["serve"] = _served(image, packages)
        what = ", ".join(f"{each.package.name} {each.version}" for each in packages) or filled(image.title, cell.places)
        # An index on loopback is the machine's own: the build is let onto the machine's network to reach it.
        network = "host" if urlsplit(self.index).hostname in _LOOPBACK else "default"
        trust = self.trust.read_bytes() if self.trust is not None else b""
        told = {"ca.crt": trust, **context}
        return ImageSpec(what or image.name, base, spec, self._files(image), bool(packages), network, told)

    def _files(self, image: KitImage) -> dict[str, Path]:
        """Return the files that lie beside what is installed, by name; a kit's own stand in for those below it."""
        found = {name: self.folders.common / "images" / name for name in ("Dockerfile", "install.py")}
        for folder in image.files:
            place = next(self.folders.find("images", folder), None)
            if place is None:
                raise ConfigurationError(
                    f"The image {image.name} takes the files of images/{folder}, which is not there.",
                    hint=f"Make the folder beside the stack.toml of {self.stack.kit_name}, or correct files",
                )
            found |= {path.name: path for path in sorted(place.iterdir()) if path.is_file()}
        return found


def _served(image: KitImage, packages: Sequence[Delivery]) -> Mapping[str, Any]:
    """Return how an image serves: as the kit says, else as the service of the package in it."""
    serve = image.serve
    if serve is None:
        raise ValueError(f"{image.name} serves nothing")
    told = {"port": serve.port, "tls": serve.tls, "ready": serve.ready, "environment": dict(serve.environment)}
    if serve.command is not None:
        return {**told, "command": list(serve.command)}
    service = next((each.package.service for each in packages), None)
    if service is None:
        name = next((each.package.name for each in packages), image.name)
        raise ConfigurationError(
            f"{name} has no service.", hint="Say how it is started: service.command and service.ready"
        )
    return {**told, **_of_package(service, serve.environment)}


def _of_package(service: Service, told: Mapping[str, str]) -> Mapping[str, Any]:
    environment = {**told, **service.environment}
    return {"command": list(service.command), "environment": environment, "ready": service.ready}


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
