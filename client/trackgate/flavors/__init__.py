"""What the flavors share: their libraries, serialization formats, extra files."""
