"""Pipelines of CI, each a module; all are YAML."""
