"""What a release is: versions, places, manifests, comparison, records. Pure: no I/O, no clock."""
