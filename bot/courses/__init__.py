"""Courses as coordinators plan, move, confirm and cancel them."""
