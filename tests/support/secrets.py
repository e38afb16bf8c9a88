"""Every secret that tests use, and how to find one again wherever it has got to.

A test that needs a password or a token takes it from here: `support.leaks` searches what a run has written.
"""

import base64
from urllib.parse import quote

USER = "alice"
PASSWORD = "s3cret-of-alice"
TOKEN = "t0ken-of-alice"
# What a proxy wants is written into URLs, where it is percent-encoded.
PROXY_PASSWORD = "pr0xy:of@alice"
# How the tokens begin that the embedded registry hands out.
EMBEDDED_TOKEN = "embedded-token-"

SECRETS = (PASSWORD, TOKEN, PROXY_PASSWORD, EMBEDDED_TOKEN)


def basic(user=USER, password=PASSWORD):
    """User and password as an `Authorization` header and Docker's files have them."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def forms(secret):
    """How a secret may look: as it is, in URLs, in hexadecimal, and in base64 behind whatever stands before it."""
    data = secret.encode()
    found = {data, quote(secret, safe="").encode(), data.hex().encode()}
    for before in range(3):
        # The letters at both ends also depend on what is beside the secret.
        whole = base64.b64encode(b"x" * before + data)
        first = -(-before * 8 // 6)
        found.add(whole[first : (before + len(data)) * 8 // 6])
    return found


_traces = tuple(sorted({form for secret in SECRETS for form in forms(secret)}))


def leak(data):
    """A trace of a secret in bytes or text, None where there is none."""
    seen = data.encode(errors="surrogatepass") if isinstance(data, str) else data
    return next((trace.decode() for trace in _traces if trace in seen), None)
