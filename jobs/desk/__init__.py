"""What the desk's pages show of a whole team, read in a constant number of queries."""
