"""What can be said of a published version: proven, contradicted or not recorded, and by whom."""
