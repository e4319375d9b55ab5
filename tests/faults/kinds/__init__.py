"""The kinds of faults: one module each, with the list of its faults."""
