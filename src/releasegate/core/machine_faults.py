"""What it means that the machine here did not do what it should: it judges nobody, and the same command goes on."""

from __future__ import annotations

import errno

from releasegate.core.errors import Unavailable

_NEXT = {
    errno.ENOSPC: "Make room on that disk",
    errno.EDQUOT: "Make room within your quota",
    errno.EROFS: "Run it where it may write, or mount that file system to be written to",
    errno.EACCES: "Correct the permissions of that path",
    errno.EPERM: "Correct the owner or the permissions of that path",
    errno.EEXIST: "Move away the file that stands where a folder is needed",
    errno.ENOTDIR: "Move away the file that stands where a folder is needed",
    errno.EISDIR: "Move away the folder that stands where a file is needed",
    errno.ELOOP: "Remove the link that leads to itself",
    errno.EMFILE: "Let this user open more files (ulimit -n)",
}
_OF_NO_FILE = {
    errno.ENOENT: ("The folder that this runs in was removed", "Go to a folder that is there"),
    errno.ENOSPC: ("Nothing more can be written", _NEXT[errno.ENOSPC]),
    errno.EPIPE: ("Whoever reads the output has stopped", "Let whoever reads the output read all of it"),
}
"""What is wrong, and what to mend, where no file is named."""


def machine_fault(error: OSError) -> Unavailable:
    """Return what *error* means, with the file that it names and what to mend: a full disk judges nobody."""
    reason = error.strerror or str(error) or type(error).__name__
    where = " and ".join(repr(str(name)) for name in (error.filename, error.filename2) if name is not None)
    subject = f"{where} cannot be used" if where else "This machine does not do what is needed"
    hint = _NEXT.get(error.errno or 0, "Put that right")
    if not where:
        subject, hint = _OF_NO_FILE.get(error.errno or 0, (subject, hint))
    return Unavailable(f"{subject}: {reason}.", hint=f"{hint}, and run the same command again")
