"""A release with nothing real at stake: embedded indexes and forge that answer as the real ones do."""
