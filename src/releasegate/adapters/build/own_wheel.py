"""The wheel of the releasegate that runs, made anew from what is installed: equal sources make equal bytes.

Source: the wheel format (packaging.python.org, "Binary distribution format") and RECORD of installed projects.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from releasegate.adapters.package_data import package_folder
from releasegate.core.errors import Refused

_DATA = ("e2e", "examples")
"""The folders that a wheel takes in beside the modules; in a checkout they lie elsewhere."""

_KEPT = ("METADATA", "entry_points.txt")
_WHEEL = "Wheel-Version: 1.0\nGenerator: releasegate\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_TIME = (1980, 1, 1, 0, 0, 0)
_JUNK = frozenset({"__pycache__", ".releasegate"})


@dataclass(frozen=True)
class OwnWheel:
    """A wheel of releasegate: its file name, its bytes, and what it needs."""

    filename: str
    content: bytes
    requires: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """What the bytes are known by."""
        return hashlib.sha256(self.content).hexdigest()


def own_wheel() -> OwnWheel:
    """Return the wheel of what runs, from an installation or a checkout.

    Raises:
        Refused: releasegate is not installed, so that nothing says what it needs.
    """
    from importlib import metadata

    try:
        installed = metadata.distribution("releasegate")
    except metadata.PackageNotFoundError as error:
        raise Refused(
            "The releasegate that runs is not installed.", hint="Install it first: uv pip install -e ."
        ) from error
    stem = f"releasegate-{installed.version}"
    info = f"{stem}.dist-info"
    members = _package()
    for name in _KEPT:
        members[f"{info}/{name}"] = (installed.read_text(name) or "").encode()
    for path in installed.files or ():
        if path.parent.name == "licenses" and path.parent.parent.name == info:
            members[f"{info}/licenses/{path.name}"] = Path(str(path.locate())).read_bytes()
    members[f"{info}/WHEEL"] = _WHEEL.encode()
    requires = tuple(installed.requires or ())
    return OwnWheel(f"{stem}-py3-none-any.whl", _packed(members, record=f"{info}/RECORD"), requires)


def _package() -> dict[str, bytes]:
    """Return the modules and the folders that travel with them, by their paths in the wheel."""
    package = Path(str(files("releasegate")))
    members = _below(package, "releasegate")
    for name in _DATA:
        folder = package_folder(name)
        if folder.parent != package:
            members |= _below(folder, f"releasegate/{name}")
    if package_folder("examples").parent != package:
        members["releasegate/examples/pair.toml"] = (package.parents[1] / "pyproject.toml").read_bytes()
    return members


def _below(folder: Path, name: str) -> dict[str, bytes]:
    inside = ((path, path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file())
    return {f"{name}/{rest.as_posix()}": path.read_bytes() for path, rest in inside if not _JUNK & {*rest.parts}}


def _packed(members: Mapping[str, bytes], *, record: str) -> bytes:
    lines = []
    for name, content in sorted(members.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(content)}\n")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in [*sorted(members.items()), (record, "".join([*lines, f"{record},,\n"]).encode())]:
            member = zipfile.ZipInfo(name, _TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            # As a checkout has it: scripts are started as programs.
            member.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
            wheel.writestr(member, content)
    return packed.getvalue()
