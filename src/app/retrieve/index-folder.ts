import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import type { ColumnSource } from '../../data/columns.ts';
import { readFailure } from '../../files/bytes.ts';
import { isFolder } from '../../files/find-files.ts';
import { parseJson, readJson } from '../../files/json.ts';
import { columnSourceSchema } from '../../methods/recipe/base-recipe.ts';

/** Files of a folder of rows for search. */
export const indexFiles = { manifest: 'index.json', vectors: 'vectors.safetensors', rows: 'rows.jsonl' } as const;

const VERSION = 1;

const manifestSchema = z.object({
  version: z.literal(VERSION),
  /** The model's name as the user gave it, and its absolute path. */
  model: z.object({ name: z.string(), path: z.string(), identity: z.string(), pooling: z.string().optional() }),
  base: z.boolean().default(false),
  similarity: z.enum(['cosine', 'dot']),
  kind: z.enum(['exact', 'clustered']),
  isExact: z.boolean().default(false),
  count: z.int().positive(),
  width: z.int().positive(),
  /** Recall@10 of the approximate search. */
  recall: z.number().optional(),
  columns: z.object({ text: (columnSourceSchema as z.ZodType<ColumnSource>).optional(), image: z.string().optional() }),
  /** Prefixes of rows' texts and of queries. */
  prompts: z.object({ document: z.string().optional(), query: z.string().optional() }),
  readsImages: z.boolean(),
});

export type IndexManifest = z.infer<typeof manifestSchema>;

export function newManifest(parts: Omit<IndexManifest, 'version'>): IndexManifest {
  return { version: VERSION, ...parts };
}

/** @throws AttuneError E_INDEX_MISSING, E_INDEX_BAD */
export function readManifest(folder: string): IndexManifest {
  const path = join(folder, indexFiles.manifest);
  if (!existsSync(path)) {
    const exists = existsSync(folder);
    const kind = exists && isFolder(folder) ? `a folder without ${indexFiles.manifest}` : 'a file';
    throw new AttuneError('E_INDEX_MISSING', {
      what: `${folder} is not an index of rows`,
      got: exists ? kind : 'no such folder',
      fix: `create one: attune retrieve index MODEL --input docs.csv --output ${exists ? 'index' : folder}`,
    });
  }
  const manifest = manifestSchema.safeParse(readJson(path));
  if (manifest.success) return manifest.data;
  throw damaged(path, z.prettifyError(manifest.error));
}

function damaged(path: string, got: string): AttuneError {
  const fix = 'rebuild the index: attune retrieve index';
  return new AttuneError('E_INDEX_BAD', { what: `${path} is damaged`, got, fix });
}

const PIECE = 1 << 20;
const NEWLINE = 0x0a;

/** The rows of an index, read from its file on request. */
export class IndexedRows implements Disposable {
  readonly #path: string;
  readonly #descriptor: number;
  /** Offset of each row, and the size of the file. */
  readonly #offsets: number[] = [0];

  /** @throws AttuneError E_INDEX_BAD if the file does not have `count` rows */
  constructor(folder: string, count: number) {
    this.#path = join(folder, indexFiles.rows);
    try {
      this.#descriptor = openSync(this.#path, 'r');
    } catch (error) {
      throw readFailure(this.#path, error);
    }
    const piece = Buffer.allocUnsafe(PIECE);
    for (let start = 0; ;) {
      const bytes = readSync(this.#descriptor, piece);
      if (bytes === 0) break;
      const part = piece.subarray(0, bytes);
      for (let at = part.indexOf(NEWLINE); at >= 0; at = part.indexOf(NEWLINE, at + 1))
        this.#offsets.push(start + at + 1);
      start += bytes;
    }
    if (this.#offsets.length === count + 1) return;
    closeSync(this.#descriptor);
    throw damaged(this.#path, `${this.#offsets.length - 1} rows for ${count} vectors`);
  }

  /** @throws AttuneError E_INDEX_BAD */
  row(place: number): Record<string, unknown> {
    const start = this.#offsets[place];
    const bytes = Buffer.alloc(this.#offsets[place + 1] - start);
    readSync(this.#descriptor, bytes, 0, bytes.length, start);
    try {
      return parseJson(bytes.toString('utf8')) as Record<string, unknown>;
    } catch {
      throw damaged(this.#path, `line ${place + 1} is not JSON`);
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}
