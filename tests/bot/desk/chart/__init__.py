"""The interactive chart, in a real browser."""
