"""`trackgate setup`: everything that is there before the first start."""
