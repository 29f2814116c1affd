"""What several charts share: palette, layout, axes, annotations, and data inside an SVG.

It imports `tables` and what stands before it.
"""
