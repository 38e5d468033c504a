"""What patients say and see."""
