import { closeSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '../../base/is-running.ts';
import { table } from '../../base/table.ts';
import { writeAll } from '../../files/atomic.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { makeFolders } from '../../files/make-folder.ts';
import type { ResumedRow, ResumedStore } from '../../training/frozen-blocks.ts';
import type { PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';

/** When the cache exceeds this size, older files are deleted. */
const MAX_BYTES = 20 * 2 ** 30;

interface Entry {
  offset: number;
  shape: readonly number[];
  tokens: number;
  blocks: number;
}

/** Writes rows in order; the file becomes visible once it is complete. */
export class FrozenWriter {
  readonly #path: string;
  readonly #draft: string;
  readonly #descriptor: number;
  readonly #entries: Record<string, Entry> = table({});
  #offset = 0;

  constructor(path: string) {
    makeFolders(join(path, '..'));
    this.#path = path;
    this.#draft = `${path}.${process.pid}.tmp`;
    this.#descriptor = openSync(this.#draft, 'w');
  }

  add({ id }: PreparedRow, { data, shape, tokens, blocks }: ResumedRow): void {
    writeAll(this.#descriptor, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.#entries[id] = { offset: this.#offset, shape, tokens, blocks };
    this.#offset += data.byteLength;
  }

  finish(): void {
    closeSync(this.#descriptor);
    renameSync(this.#draft, `${this.#path}.bin`);
    writeJson(`${this.#path}.json`, this.#entries);
  }

  abandon(): void {
    closeSync(this.#descriptor);
    rmSync(this.#draft, { force: true });
  }
}

/**
 * Reads rows from disk, with only the index in memory. The file stays open for the life of the process, so that another
 * process may delete it.
 */
export class FrozenRows implements ResumedStore {
  readonly #entries: Map<string, Entry>;
  readonly #path: string;
  readonly #descriptor: number;

  private constructor(path: string, descriptor: number, entries: Record<string, Entry>) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#entries = new Map(Object.entries(entries));
  }

  /** Opens the store; undefined if it does not exist, or another process is deleting it. */
  static open(path: string): FrozenRows | undefined {
    const [rows, index] = [`${path}.bin`, `${path}.json`];
    const descriptor = unlessMissing(() => openSync(rows, 'r'));
    if (descriptor === undefined) return undefined;
    const entries = unlessMissing(() => readJson<Record<string, Entry>>(index));
    if (entries === undefined) {
      closeSync(descriptor);
      return undefined;
    }
    const now = new Date();
    for (const file of [rows, index]) unlessMissing(() => utimesSync(file, now, now));
    return new FrozenRows(rows, descriptor, entries);
  }

  read({ id }: PreparedRow): ResumedRow | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const data = new Float32Array(entry.shape.reduce((product, size) => product * size, 1));
    const read = readSync(this.#descriptor, data, { position: entry.offset });
    if (read < data.byteLength) throw new Error(`${this.#path} ends before row ${id}`);
    return { ...entry, data };
  }
}

function unlessMissing<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== 'ENOENT' && code !== 'E_FILE_MISSING') throw error;
    return undefined;
  }
}

/** Deletes incomplete files of killed runs and the least recently used stores, but never one in use. */
export function prune(folder: string, inUse: string): void {
  const all = readdirSync(folder);
  for (const name of all) {
    const [, pid] = /\.(\d+)\.tmp$/.exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(folder, name), { force: true });
  }
  const names = all.filter((name) => name.endsWith('.bin'));
  const files = names.flatMap((name) => {
    const found = statSync(join(folder, name), { throwIfNoEntry: false });
    return found === undefined
      ? []
      : [{ path: join(folder, name.slice(0, -4)), size: found.size, mtimeMs: found.mtimeMs }];
  });
  let total = 0;
  for (const { path, size } of files.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
    total += size;
    if (total <= MAX_BYTES || path === inUse) continue;
    for (const end of ['json', 'bin']) rmSync(`${path}.${end}`, { force: true });
  }
}
