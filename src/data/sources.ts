import { table } from '../base/table.ts';
import { pushAll } from '../base/many.ts';
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { displayPath, findFiles, isFolder } from '../files/find-files.ts';
import type { SplitName } from './assign-splits.ts';
import type { ColumnMapping } from './columns.ts';
import { hubSettings, isRepositoryName, parseRepository, snapshotFolder } from '../store/hub/index.ts';
import { holdsClasses } from './containers/class-folders.ts';
import { dataExtensions } from './containers/index.ts';
import type { RowFormatter, RowFormatters } from './row-formatter.ts';

/** Layout of rows: their format, and the mapping of the user's columns. */
export interface RowShape {
  format?: string;
  columns?: ColumnMapping;
}

/** Expected layouts, such as that of a model's training rows. */
export interface KnownShapes {
  /** In order of precedence. */
  shapes: readonly RowShape[];
  /** Source of the known shapes, for messages: `runs/tickets`. */
  origin: string;
  /** Rejects files with any other layout. Otherwise they are recognised by their columns. */
  isStrict?: boolean;
}

/** One part of a data set. */
export interface DataSource {
  /** A file, a folder or a glob. */
  path: string;
  /** Weight relative to the other parts (default 1 if only others have one). */
  weight?: number | null;
  /** Share of all training rows, independent of the other parts: 0 … 1. */
  share?: number;
  format?: string | null;
  columns?: ColumnMapping | null;
  /** Base folder of paths in rows; default: the file's own. */
  mediaFolder?: string;
  /** Rows in memory; the path is then only a title. */
  rows?: readonly Record<string, unknown>[];
}

/** Source of one split's rows in a recipe. */
export type DataSpec = string | DataSource | readonly (string | DataSource)[];

/** A file to read, with its settings. */
export interface SourceFile {
  path: string;
  /** Display path. */
  file: string;
  /** Index of its part in the spec. */
  source: number;
  format?: string;
  /** The user-defined function that `format` names. */
  formatter?: RowFormatter;
  columns?: ColumnMapping;
  /** Expected layouts, if the file does not state its own. */
  known?: KnownShapes;
  /** Rows in memory, replacing the file's. */
  rows?: Iterable<Record<string, unknown>> | AsyncIterable<Record<string, unknown>>;
  /** Container, if the file name does not tell. */
  container?: string;
  /** Whether its rows are inputs, which may have no answers yet. */
  isInput?: boolean;
  /** Base folder of paths in rows; default: the file's own. */
  mediaFolder?: string;
}

export interface ExpandedSpec {
  files: SourceFile[];
  /** Files of other splits in the same folder. */
  beside: Partial<Record<SplitName, SourceFile[]>>;
  /** Per part; undefined if no part has a weight. */
  weights?: number[];
  /** Shares of parts that have their own. */
  shares?: (number | undefined)[];
}

export interface ExpandOptions {
  split: SplitName;
  /** The folder to which relative paths refer. */
  base: string;
  /** For parts that name none. */
  format?: string;
  columns?: ColumnMapping;
  formatters?: RowFormatters;
  /** For every file. */
  known?: KnownShapes;
  isInput?: boolean;
}

/** The files of a spec, in order. */
export function expandSpec(spec: DataSpec, options: ExpandOptions): ExpandedSpec {
  const parts = [spec].flat() as (string | DataSource)[];
  const sources = parts.map((part) => (typeof part === 'string' ? { path: part } : part));
  const expanded: ExpandedSpec = { files: [], beside: {}, weights: weightsOf(sources), shares: sharesOf(sources) };
  for (const [source, part] of sources.entries()) {
    const format = part.format ?? options.format;
    const columns = part.columns ?? options.columns;
    const formatter = options.formatters?.get(format ?? '');
    if (formatter !== undefined && columns) throw mappedTwice(part.path, String(format));
    const { rows } = part;
    const found = rows === undefined ? filesOf(part.path, options) : { [options.split]: [part.path] };
    const mediaFolder = part.mediaFolder === undefined ? undefined : resolve(options.base, part.mediaFolder);
    for (const [split, paths] of Object.entries(found) as [SplitName, string[]][]) {
      const files = paths.map((path) => ({
        path,
        file: displayPath(path, options.base),
        source,
        format,
        columns,
        formatter,
        known: options.known,
        isInput: options.isInput,
        mediaFolder,
        ...(rows !== undefined && { rows }),
      }));
      if (split === options.split) pushAll(expanded.files, files);
      else pushAll((expanded.beside[split] ??= []), files);
    }
  }
  return expanded;
}

function mappedTwice(path: string, format: string): AttuneError {
  return new AttuneError('E_BAD_COLUMNS', {
    what: `The rows of ${path} have both a column mapping and a format function`,
    got: `columns, and format ${format}`,
    fix: 'remove columns: the function receives rows as they are in the file and names their fields itself',
  });
}

function sharesOf(sources: readonly DataSource[]): (number | undefined)[] | undefined {
  return sources.some(({ share }) => share !== undefined) ? sources.map(({ share }) => share) : undefined;
}

function weightsOf(sources: readonly DataSource[]): number[] | undefined {
  if (sources.every(({ weight }) => (weight ?? undefined) === undefined)) return undefined;
  return sources.map(({ path, weight: given }) => {
    const weight = given ?? 1;
    if (Number.isFinite(weight) && weight > 0) return weight;
    throw new AttuneError('E_BAD_WEIGHT', {
      what: `The weight of ${path} is not a positive number`,
      got: String(weight),
      expected: 'a number above 0',
      fix: 'to leave a set out, delete it from the list',
    });
  });
}

function filesOf(
  path: string,
  { split, base }: Pick<ExpandOptions, 'split' | 'base'>,
): Partial<Record<SplitName, string[]>> {
  const pulled = pulledFolder(path, base);
  if (pulled !== undefined) return filesOf(pulled, { split, base });
  const folders = classFolders(resolve(base, path), split);
  if (folders !== undefined) return folders;
  const files = findFiles(path, { base, extensions: dataExtensions });
  if (!isFolder(resolve(base, path))) return { [split]: files };
  const named = Map.groupBy(files, splitNamed);
  // Only folders with named train files are divided by name: test.csv may as well be about tests.
  if (!named.has('train')) return { [split]: files };
  named.delete(undefined);
  return Object.fromEntries(named) as Partial<Record<SplitName, string[]>>;
}

/**
 * A folder of images or recordings with one subfolder per class, or with such folders per split; undefined if it
 * contains data files, which then define the classes.
 */
function classFolders(path: string, split: SplitName): Partial<Record<SplitName, string[]>> | undefined {
  if (!isFolder(path) || readdirSync(path).some((name) => dataExtensions.some((end) => name.endsWith(end)))) return;
  if (holdsClasses(path)) return { [split]: [path] };
  const below = readdirSync(path).filter((name) => Object.hasOwn(SPLIT_NAMES, name) && isFolder(join(path, name)));
  const named = below.filter((name) => holdsClasses(join(path, name)));
  if (!named.some((name) => SPLIT_NAMES[name] === 'train')) return undefined;
  return Object.fromEntries(named.map((name) => [SPLIT_NAMES[name], [join(path, name)]]));
}

const SPLIT_NAMES: Record<string, SplitName> = table({
  train: 'train',
  training: 'train',
  test: 'test',
  testing: 'test',
});
for (const name of ['valid', 'validation', 'val', 'dev', 'eval']) SPLIT_NAMES[name] = 'validation';

/** The split in a file's name: `valid.jsonl`, `train-00000-of-00002.parquet`. */
function splitNamed(path: string): SplitName | undefined {
  const word = /^([a-z]+)([-_.]\d.*)?\.[a-z]+(\.gz)?$/.exec(basename(path).toLowerCase())?.[1];
  return word !== undefined && Object.hasOwn(SPLIT_NAMES, word) ? SPLIT_NAMES[word] : undefined;
}

/** `owner/name` refers to a hub data set if no such path exists. */
function pulledFolder(path: string, base: string): string | undefined {
  const name = path.split('@')[0];
  if (!isRepositoryName(name) || dataExtensions.some((extension) => name.endsWith(extension))) return undefined;
  if (isFolder(resolve(base, path)) || isFolder(resolve(base, path, '..'))) return undefined;
  const folder = snapshotFolder(parseRepository(path, 'dataset'), hubSettings());
  if (folder !== undefined) return folder;
  throw new AttuneError('E_HUB_DATA', {
    what: `There is no folder ${path}, and no fetched data set of that name`,
    fix: `attune data pull ${path}`,
  });
}
