"""The key that signs checkpoints: an Ed25519 key, or audit does not start."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.audit.adapters.signing import log_key
from shared.kernel.settings import SettingsError
from tests.audit.logs import PRIVATE

AS_PEM = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "log.pem"
    file.write_bytes(PRIVATE.private_bytes(*AS_PEM))

    assert log_key(file).private_bytes_raw() == PRIVATE.private_bytes_raw()


@pytest.mark.parametrize(
    "content",
    [generate_private_key(SECP256R1()).private_bytes(*AS_PEM), b"no key", None],
    ids=["of another kind", "no key", "missing"],
)
def test_anything_else_stops_the_start(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "log.pem"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(SettingsError):
        log_key(file)
