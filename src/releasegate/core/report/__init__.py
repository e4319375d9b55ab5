"""What a plan, a status, a run and a record are shown as: one model, and a module for each form of it."""
