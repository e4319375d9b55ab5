"""The only place for subprocesses, network, clock and files."""
