"""What a release is: versions, version files, manifests, comparison, records. Pure: no I/O, no clock."""
