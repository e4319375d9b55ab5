"""The folders of stacks: what a stack.toml may say, how one builds on another, and what must fit a project's table."""
