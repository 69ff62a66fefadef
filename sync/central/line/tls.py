"""TLS without a proxy: TLS 1.2 and newer, and a new certificate without a new start."""

from __future__ import annotations

import ssl
from pathlib import Path


class CertificateUnusable(Exception):
    """The certificate or its key cannot be read, or they do not belong together."""


def context(cert: Path, key: Path) -> ssl.SSLContext:
    """Return what a server speaks TLS with; raises ``CertificateUnusable``."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")  # of TLS 1.2; those of 1.3 are all in order
    renew(made, cert, key)
    return made


def renew(made: ssl.SSLContext, cert: Path, key: Path) -> None:
    """Take a certificate for the connections to come; raises ``CertificateUnusable``, and the former one stays."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)  # tried first: half of a change is none
        made.load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as error:
        raise CertificateUnusable(f"{cert}: {type(error).__name__}") from error
