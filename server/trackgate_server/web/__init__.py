"""Pages. Importing these modules declares what they show."""
