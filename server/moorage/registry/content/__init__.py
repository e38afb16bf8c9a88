"""What registries answer, read: manifests, configurations, what is attached."""
