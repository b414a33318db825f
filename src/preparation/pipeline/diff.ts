import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AttuneError } from '../../base/errors.ts';
import { PROVENANCE } from '../../data/index.ts';
import { sha256 } from '../../files/hash.ts';
import { parseJson, readJson } from '../../files/json.ts';
import { readLines } from '../../files/lines.ts';
import type { DataSetManifest } from './data-set.ts';

export interface DataDiff {
  /** The hashes of both data sets. */
  before: string;
  after: string;
  rows: Record<'same' | 'added' | 'removed' | 'changed' | 'moved', number>;
  /** First examples of each kind; for changed rows, the newer version. `moved`: to another split. */
  first: Record<'added' | 'removed' | 'changed' | 'moved', unknown[]>;
  /** Steps present in only one of them, or with different options. */
  steps: { step: string; before?: Record<string, unknown>; after?: Record<string, unknown> }[];
  /** Source files that were added, removed or changed. */
  sources: { file: string; change: 'added' | 'removed' | 'changed' }[];
}

const MOST_SHOWN = 50;

/** Key hash (32 digits) → hash of the row's values, and its split. */
type Rows = Map<string, { hash: string; split: string }>;

/**
 * Compares the rows of two data sets. Rows are equal if their values are, whatever their source. With a key column,
 * rows with the same key and other values are changed; without, they are one removed and one added.
 * @throws AttuneError E_NO_DATA_SET, E_DIFF_KEY
 */
export async function diffDataSets(before: string, after: string, key?: string): Promise<DataDiff> {
  const [old, now] = [readManifest(before), readManifest(after)];
  const diff: DataDiff = {
    before: old.hash,
    after: now.hash,
    rows: { same: 0, added: 0, removed: 0, changed: 0, moved: 0 },
    first: { added: [], removed: [], changed: [], moved: [] },
    steps: diffSteps(old, now),
    sources: diffSources(old, now),
  };
  const note = (kind: keyof DataDiff['first'], values: unknown): void => {
    diff.rows[kind]++;
    if (diff.first[kind].length < MOST_SHOWN) diff.first[kind].push(values);
  };
  const known: Rows = new Map();
  for await (const { id, hash, split } of rowsOf(before, old, key)) known.set(id, { hash, split });
  const met = new Set<string>();
  for await (const { id, hash, split, values } of rowsOf(after, now, key)) {
    const earlier = known.get(id);
    met.add(id);
    if (earlier === undefined) note('added', values);
    else if (earlier.hash !== hash) note('changed', values);
    else if (earlier.split !== split) note('moved', values);
    else diff.rows.same++;
  }
  for await (const { id, values } of rowsOf(before, old, key)) if (!met.has(id)) note('removed', values);
  return diff;
}

function readManifest(folder: string): DataSetManifest {
  const path = join(folder, 'manifest.json');
  if (existsSync(path)) return readJson<DataSetManifest>(path);
  throw new AttuneError('E_NO_DATA_SET', {
    what: `${folder} is not a data set made by a pipeline`,
    got: 'no manifest.json in it',
    fix: 'give the folder printed by `attune data pipeline`',
  });
}

const DIGITS = 32;

/** Duplicates are numbered, so that they count separately. */
async function* rowsOf(folder: string, { shards }: DataSetManifest, key?: string) {
  const copies = new Map<string, number>();
  for (const { name, split } of shards) {
    for await (const { text, number } of readLines(join(folder, name), { maxBytes: Infinity })) {
      const { [PROVENANCE]: _, ...values } = parseJson(text) as Record<string, unknown>;
      const hash = sha256(JSON.stringify(values)).slice(0, DIGITS);
      if (key !== undefined && values[key] === undefined) throw lacksKey(join(folder, name), number, key);
      const own = key === undefined ? hash : sha256(JSON.stringify(values[key])).slice(0, DIGITS);
      const copy = (copies.get(own) ?? 0) + 1;
      copies.set(own, copy);
      yield { id: copy === 1 ? own : `${own} ${copy}`, hash, split, values };
    }
  }
}

function lacksKey(file: string, line: number, key: string): AttuneError {
  return new AttuneError('E_DIFF_KEY', {
    what: `A row lacks the key "${key}"`,
    problems: [{ file, line, field: key, message: 'is missing' }],
    fix: 'choose a column that every row has, or remove --key',
  });
}

function diffSteps(before: DataSetManifest, after: DataSetManifest): DataDiff['steps'] {
  const count = Math.max(before.steps.length, after.steps.length);
  const differing: DataDiff['steps'] = [];
  for (let index = 0; index < count; index++) {
    const [old, now] = [before.steps[index], after.steps[index]];
    if (old?.step === now?.step && isDeepStrictEqual(old?.options, now?.options)) continue;
    if (old?.step === now?.step) differing.push({ step: old.step, before: old.options, after: now.options });
    else {
      if (old !== undefined) differing.push({ step: old.step, before: old.options });
      if (now !== undefined) differing.push({ step: now.step, after: now.options });
    }
  }
  return differing;
}

function diffSources(before: DataSetManifest, after: DataSetManifest): DataDiff['sources'] {
  const hashes = ({ parents }: DataSetManifest) => new Map(parents.map(({ file, sha256: hash }) => [file, hash]));
  const [old, now] = [hashes(before), hashes(after)];
  const files = [...new Set([...old.keys(), ...now.keys()])];
  return files
    .filter((file) => !old.has(file) || !now.has(file) || old.get(file) !== now.get(file))
    .map((file) => ({ file, change: !old.has(file) ? 'added' : now.has(file) ? 'changed' : 'removed' }));
}
