"""TLS: whom to trust, and what a failed handshake means."""

import ssl

from moorage.registry.failures import Refused
from moorage.registry.http.certs import Certificates


def context(certificates: Certificates) -> ssl.SSLContext:
    """A context that trusts the system's store (`SSL_CERT_FILE` and `SSL_CERT_DIR` too) and `certificates`.

    Raises `Refused` with a sentence that names the file that cannot be used.
    """
    import truststore

    found = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for file in certificates.authorities:
        try:
            found.load_verify_locations(cafile=file)
        except (OSError, ValueError) as error:
            raise Refused(f"{file} cannot be used as a certificate authority: {_why(error)}") from None
    for file, key in certificates.clients:
        try:
            found.load_cert_chain(file, key)
        except (OSError, ValueError) as error:
            raise Refused(f"{file} cannot be used as a client certificate: {_why(error)}") from None
    return found


def explain(error: BaseException | None, host: str) -> str | None:
    """One sentence for a failed handshake, and what would mend it; None where it failed for another reason."""
    while not isinstance(error, ssl.SSLError):
        if error is None:
            return None
        error = error.__cause__ or error.__context__
    if isinstance(error, ssl.SSLWantReadError | ssl.SSLWantWriteError):
        return None  # The handshake was still waiting when its time was up.
    text = str(error)
    if "WRONG_VERSION_NUMBER" in text or "HTTP_REQUEST" in text:
        return f"{host} does not speak https: if that is meant, set `http: true` for it under `registries:`"
    if isinstance(error, ssl.SSLEOFError):
        return f"{host} ended the TLS handshake: it may speak http only"
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message or "it cannot be verified"
        file = f"~/.config/containers/certs.d/{host}/ca.crt"
        mend = f"put its authority into {file}, or set `ca:` for it under `registries:`"
        return f"the certificate of {host} is not trusted ({why}): {mend}"
    return f"{host} could not be reached by https: {error.reason or 'the handshake failed'}"


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
