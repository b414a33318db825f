/** A row's identity (16 hex digits) as the high bits of a number, with token positions in the low bits. */
export function rowKey(id: string): bigint {
  const value = /^[0-9a-f]{16}$/.test(id) ? BigInt(`0x${id}`) : fnv64(id);
  return (value & 0x7fffffffffffn) << 16n;
}

/** FNV-1a in 64 bits. */
function fnv64(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}
