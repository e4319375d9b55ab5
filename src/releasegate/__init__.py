"""Prove coupled Python packages as candidates before their finals exist."""
