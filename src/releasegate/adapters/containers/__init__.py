"""The stack as containers: the engine, the images, the databases, one cell, and the whole matrix."""
