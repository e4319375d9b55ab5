"""Tokens: asked of the person who is there, and looked at before they are used."""
