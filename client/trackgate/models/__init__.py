"""Models as folders: packaged, logged, registered, loaded back anywhere."""
