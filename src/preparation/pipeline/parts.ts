/** Cache of pipeline parts, keyed by everything they depend on, so that a second run only computes new ones. */
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Item } from '@attune/documents';
import { FileDraft } from '../../files/file-draft.ts';
import { sha256 } from '../../files/hash.ts';
import { parseJson, readJson, writeJson } from '../../files/json.ts';
import { readLines } from '../../files/lines.ts';
import { tidyFolder, writeWholeFolder } from '../../files/whole-folder.ts';
import type { FileSummary } from '../file-tally.ts';
import type { StepReport } from '../preparation-step.ts';

export interface Shard {
  name: string;
  items: number;
  bytes: number;
  sha256: string;
}

/** Contents of a part's `part.json`; its shards are next to it. */
export interface Part<Extra = unknown> {
  shards: Shard[];
  reports: StepReport[];
  /** Outcomes of files, for parts that read some. */
  files?: FileSummary;
  extra?: Extra;
}

export type StoredPart<Extra = unknown> = Part<Extra> & { folder: string; isNew: boolean };

/**
 * Size of a full shard in characters: small enough that a kill loses little, large enough to keep the number of shards
 * low.
 */
const SHARD_CHARACTERS = 16 * 2 ** 20;

/** The parts in a cache folder. */
export class PartStore {
  readonly #folder: string;
  readonly #used = new Set<string>();
  /** Parts in progress: concurrent requests for one share the work. */
  readonly #making = new Map<string, Promise<unknown>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns the part, making it if it is not complete. `of`: everything it depends on, as plain values. */
  async part<Extra>(of: unknown, make: (draft: string) => Promise<Part<Extra>>): Promise<StoredPart<Extra>> {
    const name = sha256(JSON.stringify(of));
    this.#used.add(name);
    const folder = join(this.#folder, name);
    // The first caller reports its failure; this one retries.
    await this.#making.get(name)?.catch(() => undefined);
    tidyFolder(folder);
    const known = this.#read<Extra>(folder);
    if (known !== undefined) return { ...known, folder, isNew: false };
    const making = writeWholeFolder(folder, async (draft) => {
      const made = await make(draft);
      writeJson(join(draft, 'part.json'), made);
      return made;
    });
    this.#making.set(name, making);
    try {
      return { ...(await making), folder, isNew: true };
    } finally {
      this.#making.delete(name);
    }
  }

  #read<Extra>(folder: string): Part<Extra> | undefined {
    if (!existsSync(join(folder, 'part.json'))) return undefined;
    let part: Part<Extra>;
    try {
      part = readJson<Part<Extra>>(join(folder, 'part.json'));
    } catch {
      return undefined;
    }
    const isWhole = part.shards.every(({ name, bytes }) => {
      return statSync(join(folder, name), { throwIfNoEntry: false })?.size === bytes;
    });
    if (!isWhole) return undefined;
    const now = new Date();
    utimesSync(folder, now, now);
    return part;
  }

  /** Deletes this run's parts, reused ones included: they hold rows before redaction. */
  forget(): void {
    for (const name of this.#used) rmSync(join(this.#folder, name), { recursive: true, force: true });
  }

  /** Removes the least recently used parts, except those of this run, until at most `maxBytes` are left. */
  prune(maxBytes: number): void {
    const parts = readdirSync(this.#folder)
      .filter((name) => /^[0-9a-f]{64}$/.test(name) && !this.#used.has(name))
      .map((name) => ({ folder: join(this.#folder, name), usedAt: statSync(join(this.#folder, name)).mtimeMs }))
      .sort((a, b) => b.usedAt - a.usedAt);
    let total = 0;
    for (const { folder } of parts) {
      total += readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
      if (total > maxBytes) rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Writes lines to shards of about equal size, each atomically. */
export class ShardWriter implements Disposable {
  readonly shards: Shard[] = [];
  readonly #folder: string;
  readonly #prefix: string;
  #draft: FileDraft | undefined;
  #characters = 0;
  #items = 0;

  constructor(folder: string, prefix: string) {
    this.#folder = folder;
    this.#prefix = prefix;
  }

  write(line: string): void {
    this.#draft ??= new FileDraft(join(this.#folder, this.#name()));
    this.#draft.write(line);
    this.#characters += line.length;
    this.#items++;
    if (this.#characters >= SHARD_CHARACTERS) this.finish();
  }

  finish(): void {
    if (this.#draft === undefined) return;
    const hash = this.#draft.commit();
    this.shards.push({ name: this.#name(), items: this.#items, bytes: this.#draft.bytes, sha256: hash });
    this.#draft = undefined;
    this.#characters = 0;
    this.#items = 0;
  }

  [Symbol.dispose](): void {
    this.#draft?.[Symbol.dispose]();
  }

  #name(): string {
    return `${this.#prefix}-${String(this.shards.length).padStart(5, '0')}.jsonl`;
  }
}

/** Writes items with their origins, or other values, one per line. */
export async function writeItems(folder: string, items: AsyncIterable<unknown>): Promise<Shard[]> {
  using writer = new ShardWriter(folder, 'items');
  for await (const item of items) writer.write(`${JSON.stringify(item)}\n`);
  writer.finish();
  return writer.shards;
}

/** Reads the items of shards in order. */
export async function* readItems<Value = Item>(paths: readonly string[]): AsyncGenerator<Value, void, undefined> {
  for (const path of paths) {
    for await (const { text } of readLines(path, { maxBytes: Infinity })) yield parseJson(text) as Value;
  }
}
