import { randomUUID } from 'node:crypto';
import { existsSync, realpathSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { inLanes } from '../../base/lanes.ts';
import {
  cutFile,
  joinOutcomes,
  readDocuments,
  ReaderPool,
  requireDuckDB,
  type CutFile,
  type FileOutcome,
  type FilePiece,
  type FileQuery,
  type FoundFile,
  type ReadOptions,
} from '@attune/documents';
import { missingFile, readFailure } from '../../files/bytes.ts';
import { sha256, sha256File } from '../../files/hash.ts';
import { addSummary, emptySummary, FileTally, type FileSummary } from '../file-tally.ts';
import { PREPARED_VERSION } from '../prepared-row.ts';
import { writeItems, type PartStore, type StoredPart } from './parts.ts';
import type { Pipeline } from './pipeline-spec.ts';
import { sized, unitsOf, USUAL_SIZE, type SizedFile, type Unit, type UnitSize } from './source-units.ts';

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

export type Reading = Omit<ReadOptions, 'onOutcome' | 'sql'> & {
  sql?: HashedQuery;
  unitSize?: UnitSize;
  /** Only every `count`-th unit is read, from number `index` on. */
  shard?: { index: number; count: number };
  /** Downloads a file that is not local. */
  fetch?(file: SizedFile): Promise<SizedFile>;
};

/** A unit that was read. Plain data, apart from `part`. */
export interface ReadUnit {
  /** Its number among all units. */
  unit: number;
  /** Files that begin in it. */
  files: SourceFile[];
  /** Outcomes of files that were read whole. */
  summary?: FileSummary;
  /** For a piece of a file: its outcome, and the file's number of pieces. */
  piece?: { outcome: FileOutcome; count: number };
  /** Hash of the names and content of its files. */
  input: string;
}

/** Hashes of the files of each unit, computed without parsing them. */
export async function hashUnits(found: AsyncIterable<FoundFile>, reading: Reading): Promise<string[]> {
  const inputs: string[] = [];
  for await (const unit of hashedUnits(unitsOf(sized(found), reading.unitSize ?? USUAL_SIZE), reading)) {
    inputs.push(sha256(JSON.stringify(identityOf(unit))));
    removeCopies(unit);
  }
  return inputs;
}

/** A query over files, with the content of the further files that it reads. */
export interface HashedQuery extends FileQuery {
  tables: { name: string; path: string; sha256: string }[];
}

/** @throws AttuneError E_NOT_INSTALLED, E_FILE_MISSING */
export async function openQuery({ sql }: Pipeline, base: string): Promise<HashedQuery | undefined> {
  if (sql === undefined) return undefined;
  await requireDuckDB();
  const tables: HashedQuery['tables'] = [];
  for (const [name, given] of Object.entries(sql.tables)) {
    const path = resolve(base, given);
    if (!existsSync(path)) throw missingFile(given);
    tables.push({ name, path: realpathSync(path), sha256: await sha256File(path) });
  }
  return { query: sql.query, tables };
}

/** Cache key of the query: its text and the contents of its files, but not their paths. */
export function queryKey(sql: HashedQuery | undefined): unknown {
  return sql && [sql.query, ...sql.tables.map(({ name, sha256: hash }) => [name, hash])];
}

type HashedFile = SizedFile & { hash: string; piece?: FilePiece };
type HashedUnit = Pick<ReadUnit, 'unit' | 'files'> & { read: HashedFile[]; pieces?: number };

/** Reads sources unit by unit, with one reader process per lane; unchanged units are not read again. */
export async function readUnits(
  found: AsyncIterable<FoundFile>,
  reading: Reading,
  store: PartStore,
): Promise<(ReadUnit & { part: StoredPart })[]> {
  await using readers = new ReaderPool(reading);
  const units = hashedUnits(unitsOf(sized(found), reading.unitSize ?? USUAL_SIZE), reading);
  return await inLanes(units, readers.size, (unit) => readUnit(unit, { reading, readers, store }));
}

/** The units' parts in order, and all files. */
export function joinUnits(units: readonly (ReadUnit & { part: StoredPart })[]): SourceParts {
  return { parts: units.map(({ part }) => part), ...joinFiles(units) };
}

export function joinFiles(units: readonly Omit<ReadUnit, 'input'>[]): Omit<SourceParts, 'parts'> {
  const summary = emptySummary();
  for (let at = 0, next; at < units.length; at = next) {
    const { piece, summary: whole } = units[at];
    next = at + (piece?.count ?? 1);
    if (piece === undefined) addSummary(summary, whole!);
    else {
      const tally = new FileTally(() => undefined);
      tally.add(joinOutcomes(units.slice(at, next).map((one) => one.piece!.outcome)));
      addSummary(summary, tally.summary);
    }
  }
  return { files: units.flatMap(({ files }) => files), summary };
}

async function* hashedUnits(
  units: AsyncIterable<Unit>,
  { shard, fetch = (file) => Promise.resolve(file) }: Reading,
): AsyncGenerator<HashedUnit> {
  let number = 0;
  // Pieces of a file follow each other.
  let last: { path: string; cut: Promise<CutFile> } | undefined;
  for await (const { files, piece } of units) {
    const unit = number++;
    if (shard !== undefined && unit % shard.count !== shard.index) continue;
    const here: SizedFile[] = [];
    for (const file of files) here.push(await fetch(file));
    if (piece === undefined) {
      yield await wholeFiles(unit, here);
      continue;
    }
    const [file] = here;
    if (last?.path !== file.path) last = { path: file.path, cut: cut(file, piece.count) };
    const { sha256: hash, pieces } = await last.cut;
    const begun = piece.index === 0 ? [{ file: file.name, sha256: hash, bytes: file.bytes }] : [];
    // Long lines give fewer pieces than expected.
    if (pieces === undefined && piece.index === 0) yield await wholeFiles(unit, here);
    else if (pieces !== undefined && piece.index < pieces.length) {
      const read = [{ ...file, hash, piece: pieces[piece.index] }];
      yield { unit, files: begun, read, pieces: pieces.length };
    }
  }
}

async function wholeFiles(unit: number, found: readonly SizedFile[]): Promise<HashedUnit> {
  const hashed: HashedUnit & { files: SourceFile[]; read: HashedFile[] } = { unit, files: [], read: [] };
  for (const file of found) {
    const hash = 'reason' in file || !existsSync(file.path) ? undefined : (await cut(file, 1)).sha256;
    hashed.files.push({ file: file.name, ...(hash !== undefined && { sha256: hash }), bytes: file.bytes });
    hashed.read.push({ ...file, hash: hash ?? hashOfOther(file) });
  }
  return hashed;
}

async function cut({ path }: SizedFile, count: number): Promise<CutFile> {
  try {
    return await cutFile(path, count);
  } catch (error) {
    throw readFailure(path, error);
  }
}

/** A database's content is unknown until it is read, so it is read every time. */
function hashOfOther(file: FoundFile): string {
  return 'reason' in file ? file.reason : randomUUID();
}

function identityOf({ read }: Pick<HashedUnit, 'read'>): (string | number)[][] {
  return read.map(({ name, hash, piece }) => [name, hash, ...(piece ? [piece.start, piece.end] : [])]);
}

function removeCopies({ read }: Pick<HashedUnit, 'read'>): void {
  for (const { isCopy, path } of read) if (isCopy === true) rmSync(path, { force: true });
}

async function readUnit(
  { unit, files, read, pieces }: HashedUnit,
  { reading, readers, store }: { reading: Reading; readers: ReaderPool; store: PartStore },
): Promise<ReadUnit & { part: StoredPart }> {
  const { ocr = false, query, sql, limits, signal } = reading;
  const of = identityOf({ read });
  const part = await store.part<{ outcome: FileOutcome }>(
    { read: PREPARED_VERSION, files: of, ocr, query, sql: queryKey(sql), limits },
    async (draft) => {
      const tally = new FileTally((outcome) => (last = outcome));
      let last: FileOutcome | undefined;
      const stream = async function* stream(): AsyncGenerator<FoundFile> {
        yield* read;
      };
      const onOutcome = (outcome: FileOutcome): void => tally.add(outcome);
      const shards = await writeItems(draft, readDocuments(stream(), { onOutcome, signal }, readers));
      if (pieces === undefined) return { shards, reports: [], files: tally.summary };
      return { shards, reports: [], extra: { outcome: last! } };
    },
  );
  removeCopies({ read });
  const piece = pieces === undefined ? undefined : { outcome: part.extra!.outcome, count: pieces };
  const outcome = piece === undefined ? { summary: part.files } : { piece };
  return { unit, files, part, input: sha256(JSON.stringify(of)), ...outcome };
}
