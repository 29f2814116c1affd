"""Makes of an experiment what a lesson of 45 minutes needs: slides, hand-out, prediction page. All works offline."""
