"""What is asked before anything is changed: the questions, and the step that asks them all together."""
