"""A package index on loopback that answers uploads and reads as PyPI does, and fails on demand.

``EmbeddedIndex`` is the server and ``LocalIndex`` the same without a socket; ``Policy`` is what its owners can set,
the fault types are what can go wrong with it, and the samples are files to try it with. Uploads are judged by name,
version, history and content; what is known to differ from PyPI stands in docs/index-answers.md.
"""

from releasegate.rehearsal.index.app import RequestRecord
from releasegate.rehearsal.index.faults import (
    BrokenFile,
    BrokenPage,
    Cut,
    Fault,
    HideForReads,
    HideForSeconds,
    IndexFaults,
    LoseAnswer,
    OtherMetadata,
    Refuse,
    Slow,
    StalePage,
    Trickle,
)
from releasegate.rehearsal.index.local import LocalIndex
from releasegate.rehearsal.index.samples import Sample, sample_sdist, sample_wheel
from releasegate.rehearsal.index.server import EmbeddedIndex
from releasegate.rehearsal.index.upload.model import Policy

__all__ = [
    "BrokenFile",
    "BrokenPage",
    "Cut",
    "EmbeddedIndex",
    "Fault",
    "HideForReads",
    "HideForSeconds",
    "IndexFaults",
    "LocalIndex",
    "LoseAnswer",
    "OtherMetadata",
    "Policy",
    "Refuse",
    "RequestRecord",
    "Sample",
    "Slow",
    "StalePage",
    "Trickle",
    "sample_sdist",
    "sample_wheel",
]
