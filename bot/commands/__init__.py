"""The command line beside `run`: what an operator checks, keeps and takes out."""
