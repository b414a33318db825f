/** PyTorch's own libtorch of a machine, to build for, with its libraries pinned for the set-up. */
import { basename, join } from 'node:path';
import { chooseArchive, unpackLibtorch } from '../setup/archive.mjs';
import { fetchFile } from '../setup/download.mjs';
import type { Libtorch } from '../setup/libtorch.mjs';
import type { Source } from '../setup/libraries.mjs';
import { pinArchive } from './pin-archive.ts';

interface Wanted {
  root: string;
  /** "linux-arm64" */
  machine: string;
  environment: NodeJS.ProcessEnv;
}

export async function fetchOfficial(wanted: Wanted): Promise<{ libtorch: Libtorch; pin: Source }> {
  const { root, machine, environment } = wanted;
  const { url, path, sha256 } = chooseArchive(environment, machine);
  const file = join(root, 'build/downloads', decodeURIComponent(basename(path)));
  await fetchFile({ url, file, sha256 });
  const libtorch = await unpackLibtorch(file, join(root, `build/libtorch-${machine}`));
  return { libtorch, pin: pinArchive({ file, path, version: libtorch.version }) };
}
