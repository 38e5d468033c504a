"""Mutation testing of the pure modules; see docs/mutation.md. Not part of the tests."""
