import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string;
  data: string | Uint8Array;
  /** As in stat: 0o100644 by default, 0o120777 for a link whose target is the data. */
  mode?: number;
  stored?: boolean;
}

/** A zip archive like PyTorch's: deflated or stored entries with Unix modes. */
export function writeZip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { local, directory } = encode(entry, offset);
    locals.push(local);
    central.push(directory);
    offset += local.length;
  }
  const table = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(table.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, table, end]);
}

function encode(
  { name, data, mode = 0o100644, stored = false }: ZipEntry,
  offset: number,
): Record<'local' | 'directory', Buffer> {
  const raw = Buffer.from(data);
  const packed = stored ? raw : deflateRawSync(raw);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(stored ? 0 : 8, 4);
  fields.writeUInt32LE(crc32(raw), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(raw.length, 18);
  fields.writeUInt16LE(Buffer.byteLength(name), 22);
  const signature = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((mode << 16) >>> 0, 6);
  rest.writeUInt32LE(offset, 10);
  const local = Buffer.concat([signature(0x04034b50), fields, Buffer.from(name), packed]);
  const directory = Buffer.concat([signature(0x02014b50), Buffer.from([20, 3]), fields, rest, Buffer.from(name)]);
  return { local, directory };
}
