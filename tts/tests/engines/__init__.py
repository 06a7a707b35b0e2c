"""The contract and fault tests of the speech engines."""
