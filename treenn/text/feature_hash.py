"""The hash of parts of words, such as affixes and character n-grams."""

from zlib import crc32


def bucket(part: str, buckets: int) -> int:
    """The bucket of a part: its CRC-32, the same on every machine and in every process, modulo the number of buckets.

    >>> bucket("ing>", 8192)
    372
    """
    return crc32(part.encode("utf-8", "surrogatepass")) % buckets
