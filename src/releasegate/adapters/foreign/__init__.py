"""Code that others wrote, run where no secret of ours can be read."""
