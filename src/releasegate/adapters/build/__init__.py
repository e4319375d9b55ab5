"""Builds: made in clean checkouts, kept with their manifest, looked at by other tools."""
