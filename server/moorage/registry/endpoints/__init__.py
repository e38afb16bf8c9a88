"""Which hosts answer for a registry, and how each differs."""
