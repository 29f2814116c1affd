"""How N workers come to run."""
