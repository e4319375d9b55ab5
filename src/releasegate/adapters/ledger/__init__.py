"""The ledger: files here, and Git notes for every other machine."""
