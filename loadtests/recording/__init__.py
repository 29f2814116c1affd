"""Keeps the folder of an experiment: each trial gets in whole or not at all, and is judged by the analysis.

It imports planning, workload and machine; only its analysis_bridge and calibration import the analysis.
"""
