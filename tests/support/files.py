"""A project whose files are given as texts."""

import posixpath

from moorage.documents.detect import detect
from moorage.project.links import Links


class Files:
    """The files by their paths."""

    def __init__(self, texts):
        self.texts = texts

    def read(self, path):
        """The document at a path; None where there is none."""
        text = self.texts.get(path)
        if text is None:
            return None
        folder = posixpath.dirname(path)
        return (
            detect(path, text)
            .reader()
            .read(path, text, lambda beside: self.texts.get(posixpath.normpath(posixpath.join(folder, beside))))
        )

    def links(self):
        """The links of all of them."""
        return Links([self.read(path) for path in self.texts], self.read)

    def usages(self, path):
        """What a file names: value, and who makes it."""
        return [(u.written, u.expanded, u.built_by) for u in self.links().linked(self.read(path)).usages]
