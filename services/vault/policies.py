"""What the vault does when identity merges or splits two records of one person."""

from shared.eventing.kin import MERGES

FOLLOWS = ("identity",)
POLICIES = MERGES
