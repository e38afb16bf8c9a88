"""Where tests of pushing and copying read from and write to."""

from moorage.registry.content.descriptors import Descriptor
from moorage.registry.moving.layout import Layout
from moorage.registry.moving.repository import RegistryRepository


def opened(client, host, repository, sizes=None):
    """A repository of a registry, to read from and to push to."""
    return RegistryRepository(client.session, client.endpoint(host, repository, push=True), repository, sizes)


def new_layout(folder):
    """An empty layout."""
    layout = Layout(folder)
    layout.create()
    return layout


def described(digest, size, media_type="application/octet-stream"):
    """The descriptor of a blob."""
    return Descriptor(digest, media_type, size, "", {}, "")
