/** PyTorch's own libtorch of a machine, to build for, with its libraries pinned for the set-up. */
import { basename, join } from 'node:path';
import { chooseArchive, unpackLibtorch } from '../setup/archive.mjs';
import { fetchFile } from '../setup/download.mjs';
import type { Libtorch } from '../setup/libtorch.mjs';
import type { Source } from '../setup/libraries.mjs';
import { pinArchive } from './pin-archive.ts';

export async function fetchOfficial(root: string, machine: string): Promise<{ libtorch: Libtorch; pin: Source }> {
  const { url, path, sha256 } = chooseArchive(process.env, machine);
  const file = join(root, 'build/downloads', decodeURIComponent(basename(path)));
  await fetchFile({ url, file, sha256 });
  const libtorch = await unpackLibtorch(file, join(root, `build/libtorch-${machine}`));
  return { libtorch, pin: pinArchive({ file, path, version: libtorch.version }) };
}
