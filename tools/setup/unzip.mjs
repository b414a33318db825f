/** Unpacks a zip archive with its links and permissions: neither Debian nor Node includes a program for that. */
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  openSync,
  readSync,
  closeSync,
  fstatSync,
  symlinkSync,
} from 'node:fs';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { SetupError } from './report.mjs';

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;
const LINK = 0o120000;
const KIND = 0o170000;

/**
 * @param {string} file the archive, with its hash already checked
 * @param {string} folder where its content goes
 * @returns {Promise<number>} bytes unpacked
 */
export async function unzip(file, folder) {
  const descriptor = openSync(file, 'r');
  try {
    let bytes = 0;
    for (const entry of readDirectory(descriptor, file)) {
      await unpack({ descriptor, file, folder, entry });
      bytes += entry.size;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads the central directory, at the end of the file.
 * @param {number} descriptor
 * @param {string} file
 * @returns {{ method: number, packed: number, size: number, mode: number, offset: number, name: string }[]}
 */
export function readDirectory(descriptor, file) {
  const length = fstatSync(descriptor).size;
  const tail = read(descriptor, Math.max(0, length - 65_557), Math.min(length, 65_557));
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (at < 0 || tail.readUInt32LE(at) !== END) throw broken(file, 'it has no table of contents');
  const count = tail.readUInt16LE(at + 10);
  const offset = tail.readUInt32LE(at + 16);
  if (count === 0xffff || offset === 0xffffffff) throw broken(file, 'zip64 is not supported');
  const table = read(descriptor, offset, tail.readUInt32LE(at + 12));
  const entries = [];
  for (let position = 0; entries.length < count;) {
    if (position + 46 > table.length || table.readUInt32LE(position) !== CENTRAL)
      throw broken(file, 'its table is cut off');
    const [name, extra, comment] = [28, 30, 32].map((field) => table.readUInt16LE(position + field));
    entries.push({
      method: table.readUInt16LE(position + 10),
      packed: table.readUInt32LE(position + 20),
      size: table.readUInt32LE(position + 24),
      mode: table.readUInt16LE(position + 40),
      offset: table.readUInt32LE(position + 42),
      name: table.toString('utf8', position + 46, position + 46 + name),
    });
    position += 46 + name + extra + comment;
  }
  return entries;
}

/**
 * @param {number} descriptor
 * @param {{ offset: number, packed: number }} entry
 * @returns {{ start: number, packed: number }} where the packed bytes lie in the file
 */
export function packedRange(descriptor, { offset, packed }) {
  const header = read(descriptor, offset, 30);
  return { start: offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28), packed };
}

async function unpack({ descriptor, file, folder, entry }) {
  const target = safePath(folder, entry.name, file);
  if (entry.name.endsWith('/')) {
    mkdirSync(target, { recursive: true });
    return;
  }
  if (entry.method !== STORED && entry.method !== DEFLATED)
    throw broken(file, `${entry.name} is packed by method ${entry.method}`);
  mkdirSync(dirname(target), { recursive: true });
  const { start } = packedRange(descriptor, entry);
  if ((entry.mode & KIND) === LINK) {
    const data = read(descriptor, start, entry.packed);
    const link = (entry.method === DEFLATED ? inflateRawSync(data) : data).toString('utf8');
    safePath(folder, join(dirname(entry.name), link), file);
    symlinkSync(link, target);
    return;
  }
  const out = createWriteStream(target, { mode: entry.mode & 0o777 || 0o644 });
  if (entry.packed === 0) {
    await new Promise((resolve) => out.end(resolve));
    return;
  }
  const packed = createReadStream(file, { start, end: start + entry.packed - 1 });
  await (entry.method === DEFLATED ? pipeline(packed, createInflateRaw(), out) : pipeline(packed, out));
}

/** Nothing is written outside the folder, whatever the names in the archive. */
function safePath(folder, name, file) {
  const path = normalize(name);
  if (isAbsolute(name) || path === '..' || path.startsWith(`..${sep}`))
    throw broken(file, `the name ${name} leads outside`);
  return join(folder, path);
}

function read(descriptor, position, length) {
  const buffer = Buffer.alloc(length);
  const count = readSync(descriptor, buffer, 0, length, position);
  return buffer.subarray(0, count);
}

function broken(file, why) {
  return new SetupError(`${file} cannot be unpacked: ${why}`, ['rm it and run the set-up again']);
}
