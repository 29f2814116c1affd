"""Two or more experiments on the same axes, refused where that would be unfair."""
