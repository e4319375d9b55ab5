"""The rehearsals: a release with nothing real at stake, played on embedded servers."""
