"""The checks that look at the build itself, one file for each."""
