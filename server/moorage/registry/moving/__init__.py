"""Images read from and written to a repository or a folder."""
