"""The generated Nginx config, a file for each thing it says."""
