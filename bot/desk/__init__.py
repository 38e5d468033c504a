"""The desk: a page for the staff who have many patients. It adds a face, and no rule."""
