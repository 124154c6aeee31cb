"""Inputs for the fuzzer: valid ones, and mutations of their bytes, characters, tokens and lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

BYTES = (b"\x00", b"\xff", b"\xc3", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\r", b"\n", b"\t", b" ", b"\x85", b"\x1f\x8b")
PIECES = (
    *"()[]{}\\/*#X@+-_.,:;'\"`<>=|&%0123456789aé漢😀",
    *("\u00a0", "\u2028", "\u0085", "\x0b", "\x0c", "\x1c", "\u200b", "\u00ad", "\ufeff", "\u202e", "\u0301", "\u0663"),
    *(" ", "  ", "\t", "\n", "\r", "\r\n", "\n\n"),
    *("-LRB-", "-RRB-", "-HYPH-", "-BSOL-", "\\X", "-NONE-", "nan", "inf", "1e999", "-1", "99999999999", "9" * 5000),
    *("null", "true", '""', "[]", "{}", "[" * 3000, "(" * 3000, ")" * 3000, "(X " * 500, "a" * 3000, "low = inf"),
)
"""What is put into texts."""


def mutate(data: bytes, seeds: Sequence[bytes], pieces: Sequence[str], random: Random) -> bytes:
    """Mutate an input several times, occasionally not at all."""
    for _ in range(random.choice((0, 1, 1, 1, 2, 3, 8))):
        change = random.choice(_CHANGES)
        data = change(data, random, [piece.encode() for piece in pieces] or [b""], seeds)
    return data[:200_000]


Change = Callable[[bytes, Random, Sequence[bytes], Sequence[bytes]], bytes]


def _insert(data: bytes, random: Random, pieces: Sequence[bytes], seeds: Sequence[bytes]) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(pieces) + data[at:]


def _insert_byte(data: bytes, random: Random, pieces: Sequence[bytes], seeds: Sequence[bytes]) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice((*BYTES, bytes([random.randrange(256)]))) + data[at:]


def _replace(data: bytes, random: Random, pieces: Sequence[bytes], seeds: Sequence[bytes]) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(pieces) + data[at + random.choice((1, 1, 2, 5)) :]


def _delete(data: bytes, random: Random, pieces: Sequence[bytes], seeds: Sequence[bytes]) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + data[at + random.choice((1, 1, 1, 3, 20)) :]


def _flip(data: bytes, random: Random, pieces: Sequence[bytes], seeds: Sequence[bytes]) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _cut(data: bytes, random: Random, pieces: Sequence[bytes], seeds: Sequence[bytes]) -> bytes:
    return data[: random.randint(0, len(data))]


def _shuffle(separator: bytes) -> Change:
    """Swap, drop or repeat the parts between separators."""

    def change(data: bytes, random: Random, pieces: Sequence[bytes], seeds: Sequence[bytes]) -> bytes:
        parts = data.split(separator)
        at, other = random.randrange(len(parts)), random.randrange(len(parts))
        match random.randrange(4):
            case 0:
                parts[at], parts[other] = parts[other], parts[at]
            case 1:
                del parts[at]
            case 2:
                parts.insert(other, parts[at])
            case 3:
                parts[at] = random.choice(pieces)
        return separator.join(parts)

    return change


def _splice(data: bytes, random: Random, pieces: Sequence[bytes], seeds: Sequence[bytes]) -> bytes:
    other = random.choice(seeds)
    return data[: random.randint(0, len(data))] + other[random.randint(0, len(other)) :]


def _repeat(data: bytes, random: Random, pieces: Sequence[bytes], seeds: Sequence[bytes]) -> bytes:
    start = random.randint(0, len(data))
    end = min(len(data), start + random.choice((1, 3, 10, 100)))
    return data[:start] + data[start:end] * random.choice((2, 3, 50)) + data[end:]


_CHANGES: Sequence[Change] = (
    *(_insert, _insert, _insert_byte, _replace, _delete, _flip, _cut, _splice, _repeat),
    *(_shuffle(separator) for separator in (b"\n", b" ", b"\t", b"(", b",")),
)
