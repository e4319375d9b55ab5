"""Runs that share an engine: what each has there, whose it is, and what is removed when its run is dead."""
