"""The images of a stack: what goes into them, how they are made or found, and why one cannot be made."""
