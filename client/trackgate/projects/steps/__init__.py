"""Steps: a project's entry points that run one after the other, as one run.

`steps:` in the MLproject file is ours; MLflow passes over it, so that such a project
still runs there, entry point by entry point.

A step uses what an earlier one has logged by a reference, `steps:/STEP/PATH`: when it
runs, that is the URI `runs:/RUN_ID/PATH`, which parameters of the type `path` download.
So outputs go through the tracking server, and steps may run on different machines. A
step whose code, parameters and inputs have not changed is not run again.
"""
