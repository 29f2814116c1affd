"""Defines what is sent: the workloads, their pictures, and when each upload is due.

It imports only the floor.
"""
