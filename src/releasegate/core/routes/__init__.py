"""The routes that one package answers, and those that another names: held against each other without running either."""
