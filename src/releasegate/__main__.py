"""``releasegate``, also as ``python -m releasegate``."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Run the command line."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # whoever started this closed it
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - it stays open
    try:
        from releasegate.frontends.loading import loads_later  # noqa: PLC0415 - it takes its time, and may be stopped

        with loads_later():
            from releasegate.frontends.program import Releasegate  # noqa: PLC0415 - as above

        Releasegate().run()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted before anything was done.\n-> Run the same command again\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
