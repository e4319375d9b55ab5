"""Measures this project beside what people would use instead, and how its work grows: ``nox -s bench``."""
