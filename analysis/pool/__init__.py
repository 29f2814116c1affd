"""Puts the results of many laptops into one chart.

It imports `report` and what stands before it, and neither `compare` nor `lesson`.
"""
