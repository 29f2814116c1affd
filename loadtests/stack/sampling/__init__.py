"""Samples a running stack: queue depth, CPU seconds and memory while the load runs, and the final account after it.

It imports stack, stack.process and stack.services.
"""
