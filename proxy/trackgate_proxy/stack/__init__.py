"""`trackgate up`: Nginx and the servers as children of one process."""
