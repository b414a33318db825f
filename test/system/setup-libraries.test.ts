// Only libtorch's libraries, fetched by ranges from an archive on a server.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchOfficial } from '../../tools/release/official.ts';
import { pinArchive } from '../../tools/release/pin-archive.ts';
import { fetchLibraries } from '../../tools/setup/libraries.mjs';
import { serveArchive, type ArchiveServer, type Misbehaviour } from './setup/archive-server.ts';
import { writeZip } from './setup/zip-writer.ts';

const libraries = { 'libtorch_cpu.so': randomBytes(60_000), 'libc10.so': Buffer.alloc(4000, 'c10') };
const archive = writeZip([
  { name: 'libtorch/include/ATen/ATen.h', data: randomBytes(30_000) },
  { name: 'libtorch/lib/libtorch_cpu.so', data: libraries['libtorch_cpu.so'], mode: 0o100755 },
  { name: 'libtorch/lib/libtorch_python.so', data: randomBytes(20_000) },
  { name: 'libtorch/lib/libc10.so', data: libraries['libc10.so'], stored: true },
]);
const PATH = 'cpu/libtorch-shared-with-deps-2.7.1.zip';

let root: string;
let server: ArchiveServer | undefined;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'attune-libraries-'));
  writeFileSync(join(root, 'archive.zip'), archive);
});
afterEach(async () => {
  await server?.close();
  rmSync(root, { recursive: true, force: true });
});

async function fetchFrom(misbehaviour: Misbehaviour, content = archive): Promise<ArchiveServer> {
  await server?.close();
  server = await serveArchive(content, misbehaviour);
  await fetchLibraries({
    folder: join(root, 'libtorch'),
    environment: { ATTUNE_LIBTORCH_MIRROR: server.url },
    mode: 'yes',
    source: pinArchive({ file: join(root, 'archive.zip'), path: PATH, version: '2.7.1' }),
    patience: { idleMs: 400, pauseMs: 1, attempts: 3 },
  });
  return server;
}

function expectWhole(): void {
  for (const [name, content] of Object.entries(libraries))
    expect(readFileSync(join(root, 'libtorch/lib', name)).equals(content)).toBe(true);
  expect(existsSync(join(root, 'libtorch/lib/libtorch_python.so'))).toBe(false);
}

describe('the libraries of libtorch', () => {
  it('come by two ranges, and nothing else of the archive does', async () => {
    const { ranges } = await fetchFrom({});
    expect(ranges).toHaveLength(2);
    expect(ranges.every((range) => /^bytes=\d+-\d+$/.test(range!))).toBe(true);
    expectWhole();
  });

  it('are found where a server sends everything', async () => {
    await fetchFrom({ noRange: true });
    expectWhole();
  });

  it('go on where a connection broke off', async () => {
    const { ranges } = await fetchFrom({ cutAfter: [9000, 9000] });
    const [first, second] = ranges.map((range) => Number(/\d+/.exec(range!)![0]));
    expect(second).toBe(first + 9000);
    expectWhole();
  });

  it('go on in another process after a server that was lost', async () => {
    await expect(fetchFrom({ cutAfter: [9000, 0, 0, 0, 0] })).rejects.toThrow(/are kept/);
    const { ranges } = await fetchFrom({});
    expect(ranges).toHaveLength(2);
    expectWhole();
  });

  it('are thrown away where the archive is another', async () => {
    const other = Buffer.from(archive);
    other.fill(0, 40_000, 50_000);
    await expect(fetchFrom({}, other)).rejects.toThrow(/SHA-256/);
    expect(existsSync(join(root, 'libtorch'))).toBe(false);
  });
});

it('an archive is pinned by the hash of what travels', () => {
  const { members } = pinArchive({ file: join(root, 'archive.zip'), path: PATH, version: '2.7.1' });
  for (const { start, packed, sha256 } of members)
    expect(
      createHash('sha256')
        .update(archive.subarray(start, start + packed))
        .digest('hex'),
    ).toBe(sha256);
});

it('an engine is built for what is fetched later', async () => {
  const header = 'torch/include/torch/csrc/api/include/torch/version.h';
  const defines = ['MAJOR 2', 'MINOR 7', 'PATCH 1'].map((part) => `#define TORCH_VERSION_${part}\n`).join('');
  const wheel = writeZip([
    { name: header, data: defines },
    { name: 'torch/lib/libtorch_cpu.so', data: libraries['libtorch_cpu.so'] },
    { name: 'torch/lib/libc10.so', data: libraries['libc10.so'] },
    { name: 'torch.libs/libgomp-1a2b.so.1.0.0', data: 'threads' },
  ]);
  server = await serveArchive(wheel);
  const sha256 = createHash('sha256').update(wheel).digest('hex');
  const environment = { ATTUNE_LIBTORCH_MIRROR: server.url, ATTUNE_LIBTORCH_SHA256: sha256 };
  const { libtorch, pin } = await fetchOfficial({ root, machine: 'linux-arm64', environment });
  expect(libtorch).toMatchObject({ version: '2.7.1', libraries: join(root, 'build/libtorch-linux-arm64/lib') });
  expect(pin.path).toMatch(/^whl\/cpu\/.*aarch64\.whl$/);
  expect(pin.members.map(({ name }) => name).toSorted()).toEqual([
    'libc10.so',
    'libgomp-1a2b.so.1.0.0',
    'libtorch_cpu.so',
  ]);
  await fetchLibraries({ folder: join(root, 'libtorch'), environment, mode: 'yes', source: pin });
  expect(readFileSync(join(root, 'libtorch/lib/libgomp-1a2b.so.1.0.0'), 'utf8')).toBe('threads');
});
