"""A signing key for tests; it signs nothing else."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIGNING_KEY = Ed25519PrivateKey.from_private_bytes(b"test" * 8)
