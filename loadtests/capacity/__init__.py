"""The highest rate at which a server keeps a goal, found by trials."""
