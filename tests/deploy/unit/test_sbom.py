"""Licences of what is shipped: each is known, and none forbids it."""

import pytest

from scripts.sbom import is_ours, licences


def test_every_package_of_the_image_may_be_shipped() -> None:
    """A new dependency with another licence is noticed before it is shipped."""
    found = licences()
    assert found
    assert {name: licence for name, licence in found.items() if not is_ours(licence)} == {}
    assert [name for name, licence in found.items() if licence == "not said"] == []


@pytest.mark.parametrize(
    ("licence", "ours"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("LGPL-3.0-only", True),
        ("GNU Lesser General Public License v3 (LGPLv3)", True),
        ("GPL-3.0-or-later", False),
        ("GNU Affero General Public License v3", False),
        ("AGPL-3.0", False),
        ("SSPL-1.0", False),
    ],
)
def test_what_may_be_linked_and_what_may_not(licence: str, ours: bool) -> None:
    """Ours is Apache-2.0; libraries under the LGPL are used unchanged, from their own package."""
    assert is_ours(licence) is ours
