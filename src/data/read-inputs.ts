/** Rows to be answered, streamed with their original columns. */
import { resolve } from 'node:path';
import { AttuneError, type Problem } from '../base/errors.ts';
import { displayPath, findFiles, isFolder } from '../files/find-files.ts';
import { dataExtensions } from './containers/index.ts';
import { mediaBelow, mediaKindOf } from './containers/media-files.ts';
import type { Example } from './example.ts';
import type { FileReport } from './example-sink.ts';
import { loadContainer, openFile } from './read-files.ts';
import type { FormattedRow } from './row-formatter.ts';
import type { SourceFile } from './sources.ts';

/** A row of a file with its example, or the reason why it has none. */
export interface InputRow {
  file: string;
  line: number;
  /** Absent if the row cannot be parsed. */
  columns?: Readonly<Record<string, unknown>>;
  example?: Example;
  problems: readonly Problem[];
}

type FileOptions = Omit<SourceFile, 'path' | 'file' | 'source' | 'container'>;

/**
 * The files of an input: data files, or images and recordings, named one by one, by folder or by glob.
 * @throws AttuneError E_FILE_MISSING, E_NO_FILES
 */
export function inputFiles(input: string, options: FileOptions): SourceFile[] {
  const base = process.cwd();
  const path = resolve(base, input);
  const shared = { ...options, source: 0, isInput: true };
  if (isFolder(path) && !holdsData(input, base)) {
    if (mediaBelow(path).length === 0) throw emptyFolder(input);
    return [{ ...shared, path, file: displayPath(path, base), container: MEDIA }];
  }
  return findFiles(input, { base, extensions: dataExtensions }).map((found) => {
    const container = mediaKindOf(found) === undefined ? undefined : MEDIA;
    return { ...shared, path: found, file: displayPath(found, base), container };
  });
}

const MEDIA = 'media files';

function holdsData(folder: string, base: string): boolean {
  try {
    return findFiles(folder, { base, extensions: dataExtensions }).length > 0;
  } catch (error) {
    if (error instanceof AttuneError && error.code === 'E_NO_FILES') return false;
    throw error;
  }
}

function emptyFolder(folder: string): AttuneError {
  return new AttuneError('E_NO_FILES', {
    what: `No rows in ${folder}`,
    expected: `data files (${dataExtensions.filter((name) => !name.endsWith('.gz')).join(', ')}), images or recordings`,
    fix: 'check the folder',
  });
}

/** Streams the rows of a file, bad ones included. @throws AttuneError for files that cannot be read as rows */
export async function* readInputs(
  source: SourceFile,
  options: { signal?: AbortSignal; onRead?: (report: FileReport) => void } = {},
): AsyncGenerator<InputRow, void, undefined> {
  const { head, stream, sink } = await openFile(source, options);
  const { file } = source;
  const asInput = (raw: FormattedRow): InputRow => {
    const problems = sink.take(raw);
    const { line, value, original = value } = raw;
    return { file, line, columns: original, problems, example: sink.examples.pop() };
  };
  try {
    for (const raw of head) yield asInput(raw);
    for await (const raw of stream) {
      options.signal?.throwIfAborted();
      yield asInput(raw);
    }
    options.onRead?.(sink.report());
  } finally {
    await stream.return();
  }
}

/** Number of rows, and columns in order of first appearance. */
export async function scanColumns(source: SourceFile, columns: Set<string>, signal?: AbortSignal): Promise<number> {
  let rows = 0;
  const reading = { signal, onEncoding: () => undefined };
  for await (const { value } of (await loadContainer(source)).read(source.path, source.file, reading)) {
    rows++;
    for (const column of Object.keys(value ?? {})) columns.add(column);
    signal?.throwIfAborted();
  }
  return rows;
}
