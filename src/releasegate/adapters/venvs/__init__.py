"""The install check: new virtual environments, what is installed into them and tried there."""
