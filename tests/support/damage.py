"""Damage for bytes that are drawn anew each run: a fixed byte may be what was there."""


def one_bit_off(data: bytes, at: int = -1) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)
