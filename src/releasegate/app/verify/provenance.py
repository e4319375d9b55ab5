"""What the index says was attested of each file (PEP 740), whether that can be so, and whether its signatures hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from releasegate.adapters.attestations import SignatureCheck, signatures
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.core.config.keys import Package
from releasegate.core.verification.attested import Attested, read_provenance
from releasegate.core.verification.claims import Claim
from releasegate.ports import IndexFile

_LIBRARY = "checked here by pypi-attestations"

_REPOSITORY = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)
_FILENAME = re.compile(r"\w[\w.+-]*", re.ASCII)


class Checks(Protocol):
    """Checks the signatures of a provenance."""

    def __call__(self, provenance: bytes, /, *, filename: str, sha256: str) -> SignatureCheck:
        """Return whether they hold, of the file of that name and hash."""
        ...


def provenance_claims(
    package: Package,
    index: SimpleIndex,
    *,
    files: tuple[IndexFile, ...],
    held: Mapping[str, str],
    checks: Checks = signatures,
) -> tuple[Claim, ...]:
    """Return a claim for each file whose provenance the index names, and one for those that have none.

    Raises:
        Unavailable: the index names a provenance and does not serve it.
    """
    claims, without = [], []
    for file in files:
        content = index.provenance(file)
        if content is None:
            without.append(file.filename)
            continue
        found = _of(package, read_provenance(content, filename=file.filename, sha256=held[file.filename]))
        signed = (
            SignatureCheck() if found.problem else checks(content, filename=file.filename, sha256=held[file.filename])
        )
        claims.append(_claim(file.filename, found, signed, index.name))
    if without:
        claims.append(Claim("provenance", "not recorded", f"{index.name} has none of {', '.join(without)}"))
    return tuple(claims)


def _claim(filename: str, found: Attested, signed: SignatureCheck, index: str) -> Claim:
    about, said = f"provenance of {filename}", f"these very bytes, published by {', '.join(found.publishers)}"
    if found.problem:
        return Claim(about, "contradicted", found.problem, index)
    if signed.problem:
        return Claim(about, "contradicted", f"its signatures do not hold: {signed.problem}", f"{index}, {_LIBRARY}")
    if signed.unchecked:
        said = f"{said}; its signatures were not checked here: {signed.unchecked}"
        return Claim(about, "not believed", said, index, _command(found, filename))
    return Claim(about, "proven", f"{said}; its signatures hold ({', '.join(signed.kinds)})", f"{index}, {_LIBRARY}")


def _of(package: Package, found: Attested) -> Attested:
    """Return *found* with a problem where it is of another repository than the configured one."""
    own = package.forge.repository.lower() if package.forge is not None and package.forge.kind == "github" else None
    strange = [each for each in found.repositories if own is not None and each.lower() != own]
    if found.problem or not strange:
        return found
    return replace(found, problem=f"it is of {', '.join(strange)}, and {package.name} is released from {own}")


def _command(found: Attested, filename: str) -> tuple[str, ...]:
    """Return the line that checks the signatures, by the extra that makes them."""
    plain = all(_REPOSITORY.fullmatch(each) for each in found.repositories) and _FILENAME.fullmatch(filename)
    if not found.repositories or not plain:
        return ()
    repository = f"https://github.com/{found.repositories[0]}"
    return (f"to check them: python -m pypi_attestations verify pypi --repository {repository} pypi:{filename}",)
