"""How people reach the application: Nox sessions and invoke tasks."""
