"""The signatures of a provenance (PEP 740), checked by the library of the extra ``attestations`` where it is here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypi_attestations import Attestation, Provenance, Publisher

_EXTRA = "the extra attestations is not installed"


@dataclass(frozen=True)
class SignatureCheck:
    """What came of it: ``kinds`` of statements whose signatures hold, what is wrong with one, or why it is unknown."""

    kinds: tuple[str, ...] = ()
    problem: str = ""
    unchecked: str = ""


def signatures(provenance: bytes, *, filename: str, sha256: str) -> SignatureCheck:
    """Return whether every attestation is signed by the publisher that it names, about the file of that name and hash.

    The keys that its certificates hang on are those that the library came with; where these do not do, those of now.
    """
    if find_spec("pypi_attestations") is None:
        return SignatureCheck(unchecked=_EXTRA)
    from pypi_attestations import Provenance  # noqa: PLC0415 - with sigstore, for who asks

    try:
        parsed = Provenance.model_validate_json(provenance)
    except ValueError:
        return SignatureCheck(unchecked="their form or their publisher is not known to the library that checks them")
    # Where it says that it asks nobody is not for the page.
    logging.getLogger("sigstore").addHandler(logging.NullHandler())
    first = _checked(parsed, filename, sha256, offline=True)
    if not first.problem:
        return first
    # A key that is newer than the library is no fault of the file.
    again = _checked(parsed, filename, sha256, offline=False)
    return replace(again, unchecked=f"{first.problem}, and {again.unchecked}") if again.unchecked else again


def _checked(provenance: Provenance, filename: str, sha256: str, *, offline: bool) -> SignatureCheck:
    from pypi_attestations import AttestationError, Distribution  # noqa: PLC0415
    from sigstore.errors import Error  # noqa: PLC0415

    kinds = []
    try:
        file = Distribution(name=filename, digest=sha256)
        for publisher, attestation in _each(provenance):
            kinds.append(attestation.verify(publisher, file, offline=offline)[0])
    except AttestationError as error:
        return SignatureCheck(problem=str(error))
    except (Error, OSError) as error:
        return SignatureCheck(unchecked=f"the keys of now cannot be had ({type(error).__name__})")
    except ValueError as error:
        return SignatureCheck(problem=str(error))
    return SignatureCheck(tuple(dict.fromkeys(kinds)))


def _each(provenance: Provenance) -> Iterator[tuple[Publisher, Attestation]]:
    for bundle in provenance.attestation_bundles:
        yield from ((bundle.publisher, each) for each in bundle.attestations)
