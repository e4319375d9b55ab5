"""What was proven with what: proofs that records hold, the matrix that they make, and what may go out by it."""
