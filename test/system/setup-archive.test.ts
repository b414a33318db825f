import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseArchive, fetchLibtorch } from '../../tools/setup/archive.mjs';
import { libraryName } from '../../tools/setup/libtorch.mjs';
import { unzip } from '../../tools/setup/unzip.mjs';
import { serveArchive, type ArchiveServer, type Misbehaviour } from './setup/archive-server.ts';
import { writeZip } from './setup/zip-writer.ts';

const version = '#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR 7\n#define TORCH_VERSION_PATCH 1\n';
/** The minimum that makes a folder a libtorch, and some incompressible bytes. */
const archive = writeZip([
  { name: 'libtorch/', data: '', mode: 0o40755, stored: true },
  { name: 'libtorch/include/torch/csrc/api/include/torch/version.h', data: version },
  { name: 'libtorch/include/ATen/core/dispatch/Dispatcher.h', data: '' },
  { name: `libtorch/lib/${libraryName('torch_cpu')}`, data: randomBytes(60_000), mode: 0o100755 },
  { name: `libtorch/lib/${libraryName('c10')}`, data: randomBytes(1000), stored: true },
  { name: 'libtorch/lib/libgomp.so.1', data: 'libc10.so', mode: 0o120777, stored: true },
]);
const right = createHash('sha256').update(archive).digest('hex');
const quick = { idleMs: 400, pauseMs: 1, attempts: 3 };

let root: string;
let servers: ArchiveServer[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'attune-archive-'));
  servers = [];
});
afterEach(async () => {
  rmSync(root, { recursive: true, force: true });
  await Promise.all(servers.map((server) => server.close()));
});

async function fetchFrom(misbehaviour: Misbehaviour, sha256 = right, content = archive): Promise<ArchiveServer> {
  const server = await serveArchive(content, misbehaviour);
  servers.push(server);
  await fetchLibtorch({
    folder: join(root, 'libtorch'),
    environment: { ATTUNE_LIBTORCH_MIRROR: `${server.url}/`, ATTUNE_LIBTORCH_SHA256: sha256 },
    mode: 'yes',
    machine: 'linux-x64',
    patience: quick,
  });
  return server;
}

describe('the libtorch archive', () => {
  it('comes from the mirror, is unpacked with links and permissions, and leaves nothing else behind', async () => {
    const server = await fetchFrom({});
    const library = join(root, 'libtorch/lib', libraryName('torch_cpu'));
    expect(lstatSync(library).mode & 0o777).toBe(0o755);
    expect(lstatSync(library).size).toBe(60_000);
    expect(readlinkSync(join(root, 'libtorch/lib/libgomp.so.1'))).toBe('libc10.so');
    expect(existsSync(join(root, 'downloads/libtorch-cxx11-abi-shared-with-deps-2.7.1+cpu.zip'))).toBe(false);
    expect(server.ranges).toEqual([undefined]);
  });

  it('goes on where the server broke off, however often, as long as something comes', async () => {
    const server = await fetchFrom({ cutAfter: [9000, 9000, 9000, 9000, 9000, 9000, undefined] });
    expect(server.ranges.length).toBeGreaterThanOrEqual(7);
    expect(server.ranges[1]).toMatch(/^bytes=\d+-$/);
    expect(server.ranges[1]).not.toBe('bytes=0-');
  });

  it('goes on after a server that stalls', async () => {
    const server = await fetchFrom({ cutAfter: [20_000, undefined], stall: true });
    expect(server.ranges).toEqual([undefined, 'bytes=20000-']);
  });

  it('waits for a slow server as long as bytes come', async () => {
    const server = await fetchFrom({ slow: 20 });
    expect(server.ranges).toEqual([undefined]);
  });

  it('starts again where the server cannot go on in the middle', async () => {
    const server = await fetchFrom({ cutAfter: [9000, undefined], noRange: true });
    expect(server.ranges).toEqual([undefined, 'bytes=9000-']);
  });

  it('tries again after a server error, and not after a 404', async () => {
    const server = await fetchFrom({ statuses: [503, undefined] });
    expect(server.ranges).toHaveLength(2);
    rmSync(join(root, 'libtorch'), { recursive: true });
    await expect(fetchFrom({ statuses: [404, 404] })).rejects.toThrow(/answers 404[\s\S]*ATTUNE_LIBTORCH_MIRROR/);
    expect(servers[1].ranges).toHaveLength(1);
  });

  it('is thrown away when the hash is wrong, and says both', async () => {
    const wrong = createHash('sha256').update('other').digest('hex');
    await expect(fetchFrom({}, wrong)).rejects.toThrow(new RegExp(`SHA-256 ${right}, not ${wrong}`));
    expect(existsSync(join(root, 'libtorch'))).toBe(false);
    expect(existsSync(join(root, 'downloads/libtorch-cxx11-abi-shared-with-deps-2.7.1+cpu.zip.part'))).toBe(false);
  });

  it('goes on in another process, and from the start where the part is of another file', async () => {
    const part = join(root, 'downloads/libtorch-cxx11-abi-shared-with-deps-2.7.1+cpu.zip.part');
    mkdirSync(join(root, 'downloads'));
    writeFileSync(part, archive.subarray(0, 30_000));
    expect((await fetchFrom({})).ranges).toEqual(['bytes=30000-']);
    writeFileSync(part, randomBytes(30_000));
    expect((await fetchFrom({})).ranges).toEqual(['bytes=30000-', undefined]);
  });

  it('keeps what came when the server is gone, and says how to go on', async () => {
    const attempt = fetchFrom({ cutAfter: [9000, 0, 0, 0] });
    await expect(attempt).rejects.toThrow(/9 kB are kept[\s\S]*run the same command again/);
    expect(readFileSync(join(root, 'downloads/libtorch-cxx11-abi-shared-with-deps-2.7.1+cpu.zip.part'))).toEqual(
      archive.subarray(0, 9000),
    );
  });

  it('may be a wheel, whose BLAS lies outside of its folder', async () => {
    const wheel = writeZip([
      { name: 'torch/include/torch/csrc/api/include/torch/version.h', data: version },
      { name: 'torch/include/ATen/core/dispatch/Dispatcher.h', data: '' },
      { name: `torch/lib/${libraryName('torch_cpu')}`, data: randomBytes(1000) },
      { name: `torch/lib/${libraryName('c10')}`, data: randomBytes(1000) },
      { name: 'torch.libs/libopenblas-1a2b.so.0', data: 'blas' },
    ]);
    await fetchFrom({}, createHash('sha256').update(wheel).digest('hex'), wheel);
    expect(readFileSync(join(root, 'libtorch/lib/libopenblas-1a2b.so.0'), 'utf8')).toBe('blas');
    expect(existsSync(join(root, 'torch.libs'))).toBe(false);
  });

  it('is not fetched where nobody may be asked', async () => {
    const server = await serveArchive(archive);
    servers.push(server);
    const attempt = fetchLibtorch({
      folder: join(root, 'libtorch'),
      environment: { ATTUNE_LIBTORCH_MIRROR: server.url },
      mode: 'refuse',
      machine: 'linux-x64',
    });
    await expect(attempt).rejects.toThrow(/node tools\/setup\.mjs --yes/);
    expect(server.ranges).toEqual([]);
  });

  it('is pinned to a version and a hash for each machine that has one', () => {
    const path = 'libtorch/cpu/libtorch-cxx11-abi-shared-with-deps-2.7.1%2Bcpu.zip';
    expect(chooseArchive({}, 'linux-x64')).toEqual({
      url: `https://download.pytorch.org/${path}`,
      path,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(chooseArchive({}, 'darwin-arm64').url).toContain('macos-arm64-2.7.1');
    expect(chooseArchive({}, 'linux-arm64').url).toMatch(/aarch64\.whl$/);
    expect(() => chooseArchive({}, 'linux-s390x')).toThrow(
      /no official libtorch archive for linux-s390x[\s\S]*pip install torch/,
    );
  });

  it('is refused when it holds something else, leads outside or is cut off', async () => {
    const other = writeZip([{ name: 'readme.txt', data: 'hello' }]);
    const hash = createHash('sha256').update(other).digest('hex');
    await expect(fetchFrom({}, hash, other)).rejects.toThrow(/holds no libtorch/);
    const file = join(root, 'evil.zip');
    for (const name of ['../evil', '/tmp/evil', 'a/../../evil']) {
      writeFileSync(file, writeZip([{ name, data: 'x' }]));
      await expect(unzip(file, join(root, 'out'))).rejects.toThrow(/leads outside/);
    }
    writeFileSync(file, writeZip([{ name: 'link', data: '../../etc', mode: 0o120777 }]));
    await expect(unzip(file, join(root, 'out'))).rejects.toThrow(/leads outside/);
    writeFileSync(file, archive.subarray(0, 40_000));
    await expect(unzip(file, join(root, 'out'))).rejects.toThrow(/no table of contents/);
  });
});
