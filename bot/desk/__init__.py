"""The desk: the care team's pages, for those with many patients. A face, and no rule of its own."""
