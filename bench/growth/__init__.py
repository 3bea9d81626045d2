"""How the cost of a call grows with what is stored: ours alone, on both databases."""
