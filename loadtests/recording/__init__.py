"""Keeps the folder of an experiment: each trial gets in whole or not at all, and is judged by the analysis.

It imports planning, workload and machine; its analysis_bridge alone imports the analysis.
"""
