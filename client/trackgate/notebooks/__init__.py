"""What a notebook shows and does: runs, experiments and models as small tables with
charts, and cells that are runs.

Nothing here imports IPython or Jupyter; they call what they find.
"""
