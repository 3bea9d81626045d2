"""What asks: wrk where many requests are wanted, a connection of our own elsewhere."""
