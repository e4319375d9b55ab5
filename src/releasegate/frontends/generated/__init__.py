"""What is written from the code: the reference, the schemas, the page of errors, the sample in the README."""
