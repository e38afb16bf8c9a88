"""Networks and certificates for the tests of the registry layer."""

import shutil

import pytest

from moorage.registry.access.credentials import Credentials
from moorage.registry.build import build_client
from moorage.settings import Settings
from registry.net import Net, make_certificates
from shared import missing

NAMES = ["registry.example.com", "auth.example.com", "other.example.net", "cdn.example.org", "evil.example"]
NAMES += ["registry-1.docker.io", "hub.docker.com", "gcr.io", "1.dkr.ecr.eu-west-1.amazonaws.com"]
NAMES += ["registry.corp.example.com", "auth.corp.example.com", "10.1.2.3", "127.0.0.1", "localhost"]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """The file of an authority, and a context for servers it vouches for."""
    if shutil.which("openssl") is None:
        missing("openssl is not installed")
    return make_certificates(tmp_path_factory.mktemp("certificates"), NAMES)


@pytest.fixture
def net(certificates, monkeypatch):
    """A network whose https servers the client trusts."""
    authority, context = certificates
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    found = Net(context)
    yield found
    found.stop()


@pytest.fixture
async def anybody():
    """A client of somebody without settings or credentials."""
    client = build_client(Settings(), {}, Credentials({}))
    yield client
    await client.aclose()
