"""What the catalogue does when identity speaks: of merges alone; an erased record is purged
wherever identity is followed."""

from shared.eventing.kin import MERGES

FOLLOWS = ("identity",)
POLICIES = MERGES
