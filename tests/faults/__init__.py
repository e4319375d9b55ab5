"""The project's own bench: faults are injected by list and at random, and what becomes of each is counted."""
