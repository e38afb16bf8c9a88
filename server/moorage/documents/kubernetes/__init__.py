"""Resources of Kubernetes, and what is rendered into them."""
