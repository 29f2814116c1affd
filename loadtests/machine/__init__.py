"""Describes the machine that measures: its cores and versions, its noise, and how many files it may open.

It imports only the floor: errors, clock, files and format.
"""
