"""The files that state the version: one module for each kind, found, compared and bumped."""
