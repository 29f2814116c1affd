"""Measures a server whose answers are known, before anybody's are believed."""
