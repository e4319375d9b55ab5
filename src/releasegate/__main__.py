"""``releasegate``, also as ``python -m releasegate``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    try:
        from releasegate.frontends.program import Releasegate  # noqa: PLC0415 - it takes its time, and may be interrupted

        Releasegate().run()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted before anything was done.\n-> Run the same command again\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
