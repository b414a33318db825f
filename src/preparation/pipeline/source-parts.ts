import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { inLanes } from '../../base/lanes.ts';
import {
  cutFile,
  joinOutcomes,
  readDocuments,
  ReaderPool,
  type FileOutcome,
  type FilePiece,
  type FoundFile,
  type ReadOptions,
} from '@attune/documents';
import { readFailure } from '../../files/bytes.ts';
import { addSummary, emptySummary, FileTally, type FileSummary } from '../file-tally.ts';
import { PREPARED_VERSION } from '../prepared-row.ts';
import { writeItems, type PartStore, type StoredPart } from './parts.ts';

export interface SourceFile {
  file: string;
  /** Absent for sources that are not files, such as a database URL. */
  sha256?: string;
  bytes: number;
}

export interface SourceParts {
  parts: StoredPart[];
  files: SourceFile[];
  summary: FileSummary;
}

export type Reading = Omit<ReadOptions, 'onOutcome'> & {
  /** Approximate size of a part: the cost of a kill, and of a changed file. */
  partBytes?: number;
};

const PART_BYTES = 64 * 2 ** 20;
const PART_FILES = 2000;

type HashedFile = FoundFile & { hash: string; piece?: FilePiece };

/** Files that form a part; or a piece of a file, with the number of pieces. */
interface Batch {
  files: HashedFile[];
  pieces?: number;
}

/**
 * Reads all sources: one part for every few files and for each piece of a large file, with one reader process per lane;
 * unchanged parts are not read again.
 */
export async function readSources(
  found: AsyncIterable<FoundFile>,
  reading: Reading,
  store: PartStore,
): Promise<SourceParts> {
  const files: SourceFile[] = [];
  await using readers = new ReaderPool(reading);
  const read = await inLanes(batchesOf(found, files, reading.partBytes), readers.size, async (batch) => {
    return { batch, part: await readBatch(batch, { reading, readers, store }) };
  });
  return { parts: read.map(({ part }) => part), files, summary: summaryOf(read) };
}

/** @param files receives all files found */
async function* batchesOf(
  found: AsyncIterable<FoundFile>,
  files: SourceFile[],
  partBytes = PART_BYTES,
): AsyncGenerator<Batch> {
  let batch: HashedFile[] = [];
  let bytes = 0;
  for await (const file of found) {
    const { sha256, bytes: own, pieces } = await hashed(file, partBytes);
    files.push({ file: file.name, ...(sha256 !== undefined && { sha256 }), bytes: own });
    if (pieces === undefined) {
      batch.push({ ...file, hash: sha256 ?? hashOfOther(file) });
      bytes += own;
    }
    if (pieces !== undefined || bytes >= partBytes || batch.length >= PART_FILES) {
      if (batch.length > 0) yield { files: batch };
      [batch, bytes] = [[], 0];
    }
    for (const piece of pieces ?? []) yield { files: [{ ...file, hash: sha256!, piece }], pieces: pieces!.length };
  }
  if (batch.length > 0) yield { files: batch };
}

async function hashed(
  file: FoundFile,
  partBytes: number,
): Promise<{ sha256?: string; bytes: number; pieces?: FilePiece[] }> {
  if ('reason' in file || !existsSync(file.path)) return { bytes: 0 };
  try {
    return await cutFile(file.path, file.name, partBytes);
  } catch (error) {
    throw readFailure(file.path, error);
  }
}

/** A database's content is unknown until it is read, so it is read every time. */
function hashOfOther(file: FoundFile): string {
  return 'reason' in file ? file.reason : randomUUID();
}

/** Outcome of a piece of a file. */
interface Piece {
  outcome: FileOutcome;
}

function readBatch(
  batch: Batch,
  { reading, readers, store }: { reading: Reading; readers: ReaderPool; store: PartStore },
): Promise<StoredPart<Piece>> {
  const { ocr = false, query, limits, signal } = reading;
  const files = batch.files.map(({ name, hash, piece }) => [name, hash, ...(piece ? [piece.start, piece.end] : [])]);
  return store.part<Piece>({ read: PREPARED_VERSION, files, ocr, query, limits }, async (draft) => {
    const tally = new FileTally((outcome) => (last = outcome));
    let last: FileOutcome | undefined;
    const stream = async function* stream(): AsyncGenerator<FoundFile> {
      yield* batch.files;
    };
    const onOutcome = (outcome: FileOutcome): void => tally.add(outcome);
    const shards = await writeItems(draft, readDocuments(stream(), { onOutcome, signal }, readers));
    if (batch.pieces === undefined) return { shards, reports: [], files: tally.summary };
    return { shards, reports: [], extra: { outcome: last! } };
  });
}

function summaryOf(read: readonly { batch: Batch; part: StoredPart<Piece> }[]): FileSummary {
  const summary = emptySummary();
  for (let at = 0, next; at < read.length; at = next) {
    const { batch, part } = read[at];
    next = at + (batch.pieces ?? 1);
    if (batch.pieces === undefined) addSummary(summary, part.files!);
    else {
      const tally = new FileTally(() => undefined);
      tally.add(joinOutcomes(read.slice(at, next).map((piece) => piece.part.extra!.outcome)));
      addSummary(summary, tally.summary);
    }
  }
  return summary;
}
