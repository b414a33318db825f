import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { plural } from '../../base/format.ts';
import { containerName, containers, dataExtensions } from '../../data/containers/index.ts';
import { holdsClasses } from '../../data/containers/class-folders.ts';
import { mediaExtensions } from '../../data/media.ts';
import { isFolder } from '../../files/find-files.ts';

/**
 * Refers users with documents (PDF, Office, web pages, mail) to `data prepare`, and those with images or recordings
 * without classes to subfolders.
 */
export async function refuseDocuments(path: string): Promise<void> {
  if (!existsSync(path)) return;
  if (!isFolder(path)) {
    if (containers.has(containerName(path))) return;
    throw isMedia(path) ? oneFile(path) : documents(path, `a ${extname(path) || 'file without ending'} file`);
  }
  if (holdsClasses(path)) return;
  const names = await namesBelow(path);
  if (names.length === 0) return;
  const tables = names.filter((name) => dataExtensions.some((end) => name.endsWith(end)));
  const written = names.filter((name) => DOCUMENT.test(name) && !ABOUT.test(basename(name)));
  const isDataSet = tables.some((name) => SPLIT.test(basename(name))) || names.includes('manifest.json');
  if (tables.length > 0 && written.length > 0 && !isDataSet) throw severalKinds(path, tables, written);
  if (tables.length > 0) return;
  const others = names.filter((name) => !isMedia(name));
  // A folder with splits has its classes one level deeper.
  if (others.length === 0 && names.every((name) => name.includes('/') || name.includes('\\'))) return;
  if (others.length === 0) throw withoutClasses(path);
  throw documents(
    path,
    `a folder of ${[...new Set(others.map((name) => extname(name) || basename(name)))].slice(0, 5).join(', ')}`,
  );
}

/** Documents to read, in contrast to descriptions of a data set. */
const DOCUMENT = /\.(pdf|docx?|odt|rtf|pptx?|epub|md|markdown|txt|html?|eml|mbox)$/i;
/** Tables of a data set: pages next to them are its documentation. */
const SPLIT = /^(train|validation|valid|dev|test)\b/i;
const ABOUT = /^(readme|licen[cs]e|notice|changelog|citation|dataset_?card)\b/i;

function severalKinds(path: string, tables: readonly string[], written: readonly string[]): AttuneError {
  const rows = rowsFileFor(path);
  const table = `${path.replace(/[/\\]+$/, '')}/${tables[0]}`;
  return new AttuneError('E_INIT_DOCUMENTS', {
    what: `${path} contains documents and tables, but a recipe only reads tables`,
    got: `${plural(written.length, 'documents')}, such as ${written[0]}; ${plural(tables.length, 'tables')}, such as ${tables[0]}`,
    fix:
      `convert everything to text: attune data prepare ${quoted(path)} --output ${rows}; then attune ` +
      `init ${rows}; or use only the table: attune init ${quoted(table)}`,
  });
}

function isMedia(name: string): boolean {
  const endings: readonly string[] = [...mediaExtensions.image, ...mediaExtensions.audio];
  return endings.includes(extname(name).toLowerCase());
}

/** Paths of a folder's files relative to it, without hidden ones. */
async function namesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => `${entry.parentPath.slice(path.length)}/${entry.name}`.replace(/^[/\\]+/, ''));
}

function documents(path: string, got: string): AttuneError {
  const rows = rowsFileFor(path);
  return new AttuneError('E_INIT_DOCUMENTS', {
    what: `${path} contains documents, not rows`,
    got,
    expected: dataExtensions.filter((end) => !end.endsWith('.gz')).join(', '),
    fix: `make rows from them: attune data prepare ${quoted(path)} --output ${rows}; then attune init ${rows}`,
  });
}

function rowsFileFor(path: string): string {
  const stem = basename(path)
    .replace(/(\.[a-z0-9]+)+$/i, '')
    .replace(/[^\w.-]+/g, '-');
  return `${stem || 'rows'}.jsonl`;
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `"${path}"`;
}

function oneFile(path: string): AttuneError {
  return new AttuneError('E_INIT_CLASSES', {
    what: `${path} is a single image or recording`,
    expected: 'a folder with one subfolder per class, or a table (csv, jsonl) with a column of paths',
    fix: 'give the folder: attune init FOLDER',
  });
}

function withoutClasses(path: string): AttuneError {
  return new AttuneError('E_INIT_CLASSES', {
    what: `${path} contains images or recordings without labels or texts`,
    expected: 'one subfolder per class, or a table (csv, jsonl) with a column of paths and one of labels or texts',
    fix: `sort them: ${path}/cats/1.jpg, ${path}/dogs/2.jpg`,
  });
}
