"""Applies the load and records what happened."""
