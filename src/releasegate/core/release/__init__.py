"""What a release is: its version, its plan, its companion, its record, and what another machine may tell of it."""
