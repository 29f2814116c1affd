"""The files of an experiment, read into values: trials, cells, outcomes of uploads, columns.

It imports only the root's errors and formats.
"""
