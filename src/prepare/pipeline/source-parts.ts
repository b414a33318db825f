import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readDocuments, type FoundFile, type ReadOptions } from '../../documents/index.ts';
import { sha256File } from '../../files/hash.ts';
import { FileTally } from '../file-tally.ts';
import { PREPARED_VERSION } from '../prepared-row.ts';
import { writeItems, type PartStore, type StoredPart } from './parts.ts';

export interface SourceFile {
  file: string;
  /** Absent for what is no file, such as a database's address. */
  sha256?: string;
  bytes: number;
}

export interface SourceParts {
  parts: StoredPart[];
  files: SourceFile[];
}

/** Files that are read into one part: what a kill costs, and what one changed file costs. */
const PART_BYTES = 64 * 2 ** 20;
const PART_FILES = 2000;

/** Reads all sources, a part for each few files; files that are the same as before are not read again. */
export async function readSources(
  found: AsyncIterable<FoundFile>,
  reading: Omit<ReadOptions, 'onOutcome'>,
  store: PartStore,
): Promise<SourceParts> {
  const result: SourceParts = { parts: [], files: [] };
  let batch: (FoundFile & { hash: string })[] = [];
  let bytes = 0;
  const close = async (): Promise<void> => {
    if (batch.length > 0) result.parts.push(await readBatch(batch, reading, store));
    [batch, bytes] = [[], 0];
  };
  for await (const file of found) {
    const source = await hashed(file);
    result.files.push(source);
    batch.push({ ...file, hash: source.sha256 ?? hashOfOther(file) });
    bytes += source.bytes;
    if (bytes >= PART_BYTES || batch.length >= PART_FILES) await close();
  }
  await close();
  return result;
}

async function hashed(file: FoundFile): Promise<SourceFile> {
  if ('reason' in file || !existsSync(file.path)) return { file: file.name, bytes: 0 };
  return { file: file.name, sha256: await sha256File(file.path), bytes: statSync(file.path).size };
}

/** What a database holds is not known before it is read: it is read each time. */
function hashOfOther(file: FoundFile): string {
  return 'reason' in file ? file.reason : randomUUID();
}

function readBatch(
  batch: readonly (FoundFile & { hash: string })[],
  reading: Omit<ReadOptions, 'onOutcome'>,
  store: PartStore,
): Promise<StoredPart> {
  const { ocr = false, query, limits } = reading;
  const files = batch.map(({ name, hash }) => [name, hash]);
  return store.part({ read: PREPARED_VERSION, files, ocr, query, limits }, async (draft) => {
    const tally = new FileTally(() => undefined);
    const stream = async function* stream(): AsyncGenerator<FoundFile> {
      yield* batch;
    };
    const documents = readDocuments(stream(), { ...reading, onOutcome: (outcome) => tally.add(outcome) });
    return { shards: await writeItems(draft, documents), reports: [], files: tally.summary };
  });
}
