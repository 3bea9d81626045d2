"""How large a search expression may be; each bounds the time a request can cost."""

# Room for LIST_VALUES run ids of 32 characters with their quotes.
FILTER_CHARACTERS = 100_000
COMPARISONS = 100
# Parentheses within parentheses; the parser recurses once for each.
NESTING = 32
LIST_VALUES = 1_000

ORDER_CLAUSES = 32
ORDER_CHARACTERS = 1_000
