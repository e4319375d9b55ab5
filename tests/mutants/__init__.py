"""Defects planted into a pair that fits, on a stack that was left up: which contract tells of each."""
