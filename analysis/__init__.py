"""Reads the files of an experiment, computes, judges, draws and reports. It needs nothing but the files.

The packages are the stages of the data's way; each imports only those before it. Whoever calls takes `analysis.api`.
"""

import os

# Matplotlib reads these when it is imported, which is later: charts are drawn into files, with our settings alone.
os.environ |= {"MPLBACKEND": "agg", "MATPLOTLIBRC": os.devnull}
