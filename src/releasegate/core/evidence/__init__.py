"""Evidence of several machines: how it is merged, written as a note, signed, and why it is believed."""
