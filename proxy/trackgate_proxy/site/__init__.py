"""What a site is like: its settings, address, certificates and folders."""
