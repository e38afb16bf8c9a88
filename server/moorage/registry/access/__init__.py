"""Who we are to a registry, and where that may be told."""
