"""A release in the jobs of a forge: the workflows, what each job does and hands over, how a runner gets releasegate."""
