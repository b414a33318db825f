/** Files that the processes of a run send each other, piece by piece, so that no process holds a whole one. */
import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Collectives } from '../../engine/group/index.ts';
import {
  empty,
  fromArray,
  noGrad,
  SafetensorsFile,
  scope,
  writeSafetensors,
  type Tensor,
} from '../../engine/tensor/index.ts';
import { writeAll } from '../../files/atomic.ts';
import { temporaryFolder } from '../../files/temporary.ts';
import type { Update } from '../../methods/interfaces.ts';

const PIECE = 2 ** 26;

/** Sends a file of rank 0 to the same path of all others. */
export async function shareFile(group: Collectives, name: string, path: string): Promise<void> {
  const isSource = group.rank === 0;
  const bytes = await group.share(`${name}: length`, isSource ? statSync(path).size : undefined);
  const file = openSync(path, isSource ? 'r' : 'wx');
  try {
    for (let start = 0; start < bytes; start += PIECE) {
      const size = Math.min(PIECE, bytes - start);
      using piece = isSource ? read(file, start, size) : empty([size], { dtype: 'u8' }).own();
      await group.broadcast(name, piece);
      if (!isSource) write(file, piece);
    }
  } finally {
    closeSync(file);
  }
}

/** Sends a file of another rank to a path of rank 0. */
async function bringFile(group: Collectives, from: number, path: string): Promise<void> {
  const isSource = group.rank === from;
  const isPart = isSource || group.rank === 0;
  const lengths = await group.gatherNumbers('state: length', isSource ? statSync(path).size : 0);
  const file = isPart ? openSync(path, isSource ? 'r' : 'wx') : undefined;
  try {
    for (let start = 0; start < lengths[from]; start += PIECE) {
      const size = Math.min(PIECE, lengths[from] - start);
      using piece = isSource ? read(file!, start, size) : isPart ? empty([size], { dtype: 'u8' }).own() : undefined;
      await group.bring('state', from, piece);
      if (group.rank === 0) write(file!, piece!);
    }
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function read(file: number, start: number, size: number): Tensor {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) at += readSync(file, bytes, at, size - at, start + at);
  return fromArray(bytes).own();
}

function write(file: number, piece: Tensor): void {
  writeAll(
    file,
    scope(() => Uint8Array.from(piece.data() as Uint8Array)),
  );
}

/** Runs `body` on rank 0 with the update's whole state, including the shards of other ranks; other ranks only send theirs. */
export async function withWholeState(
  update: Update,
  group: Collectives | undefined,
  { folder, body }: { folder: string; body: (state: ReadonlyMap<string, Tensor>) => Promise<void> },
): Promise<void> {
  if (group === undefined || update.isSharded !== true) {
    if (group === undefined || group.rank === 0) await body(update.state());
    return;
  }
  const temporary = temporaryFolder('state', folder);
  const files: SafetensorsFile[] = [];
  try {
    for (let rank = 1; rank < group.size; rank++) {
      const path = join(temporary, `rank-${rank}`);
      if (group.rank === rank) noGrad(() => scope(() => writeSafetensors(path, update.state())));
      await bringFile(group, rank, path);
      if (group.rank === 0) files.push(new SafetensorsFile(path));
    }
    if (group.rank > 0) return;
    const parts = files.flatMap((file) => file.names.map((name) => [name, file.get(name).own()] as const));
    await body(new Map([...parts, ...update.state()]));
    for (const [, tensor] of parts) tensor.dispose();
  } finally {
    for (const file of files) file[Symbol.dispose]();
    rmSync(temporary, { recursive: true, force: true });
  }
}
