"""Projects: run a packaged experiment by one command, and record it.

The conventions are MLflow's ("MLflow Projects"), so projects written for it run here
unchanged.
"""
