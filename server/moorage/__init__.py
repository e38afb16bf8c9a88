"""Moorage: container image references as dependencies."""

__version__ = "0.1.0"
