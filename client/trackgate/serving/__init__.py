"""Models over HTTP and on the command line: `trackgate models serve|predict|…`."""
