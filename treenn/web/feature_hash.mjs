/** The hash of parts of words, as `treenn.text.feature_hash`: the CRC-32 of UTF-8, modulo the number of buckets. */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
const encoder = new TextEncoder();

export function bucket(part, buckets) {
  let crc = 0xffffffff;
  for (const byte of encoder.encode(part)) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255];
  return ((crc ^ 0xffffffff) >>> 0) % buckets;
}
