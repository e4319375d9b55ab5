"""The tool that bumped the version so far: what it was told, and what becomes of that."""
