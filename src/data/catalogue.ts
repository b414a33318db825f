import { table } from '../base/table.ts';
import { AttuneError, type Problem } from '../base/errors.ts';
import { plural } from '../base/format.ts';
import { pushAll } from '../base/many.ts';
import { nearest } from '../base/nearest.ts';
import { containerName, containers } from './containers/index.ts';
import { itemText } from './formats/item-text.ts';
import { describeValue, RowReader } from './formats/row-reader.ts';

/** A catalogue's entry for one item. */
export interface CatalogueItem {
  item: string;
  /** Description as words, or as input of an encoder; may be empty. */
  text: string;
  /** Categorical values as `section=web`. */
  tags: readonly string[];
  numbers: Readonly<Record<string, number>>;
}

const ITEMS = ['item', 'item_id'];
/** Columns that describe an item in words; all others are values. */
const TEXTS = ['title', 'name', 'text', 'description'];
const MOST_PROBLEMS = 20;

/**
 * Reads an item catalogue: one row per item, with `item` (or `item_id`), any of `title`, `name`, `text` and
 * `description` as its text, and further columns as features: numbers, texts, Booleans and lists of texts. @throws
 * AttuneError E_BAD_ROWS with all defects, E_NO_ROWS, E_UNKNOWN_CONTAINER, E_FILE_MISSING
 */
export async function readCatalogue(path: string): Promise<CatalogueItem[]> {
  const kind = containerName(path);
  const container = await containers.load(kind);
  // Text-only tables store numbers as text.
  const isTable = kind === 'csv' || kind === 'tsv';
  const found = new Map<string, CatalogueItem>();
  const problems: Problem[] = [];
  for await (const { line, value, defect } of container.read(path, path)) {
    if (value === undefined) {
      problems.push({ file: path, line, message: defect?.reason ?? 'cannot be read', fix: defect?.fix });
      continue;
    }
    const reader = new RowReader(value, { file: path, line });
    const item = readItem(reader, isTable);
    if (item !== undefined && found.has(item.item))
      reader.problem('item', `"${item.item}" is already in the catalogue`);
    pushAll(problems, reader.problems);
    if (item !== undefined) found.set(item.item, item);
  }
  if (problems.length > 0) {
    const badRows = new Set(problems.map(({ line }) => line)).size;
    throw new AttuneError('E_BAD_ROWS', {
      what: `${plural(badRows, 'rows')} of the catalogue cannot be used`,
      problems: problems.slice(0, MOST_PROBLEMS),
      problemCount: problems.length,
      fix: 'write a row as {"item": "id", "text": "what it is", "section": "web", "price": 3}',
    });
  }
  if (found.size === 0) throw new AttuneError('E_NO_ROWS', { what: `No items in ${path}` });
  return [...found.values()];
}

function readItem(row: RowReader, isTable: boolean): CatalogueItem | undefined {
  const column = ITEMS.find((name) => row.has(name));
  if (column === undefined) {
    const near = nearest('item', row.columns);
    return row.problem('item', 'is missing', near === undefined ? undefined : `did you mean "${near}"?`);
  }
  const item = itemText(row, column, row.value(column));
  const texts = TEXTS.filter((name) => row.has(name)).map((name) => row.anyText(name));
  const tags: string[] = [];
  const numbers: Record<string, number> = table({});
  for (const name of row.columns) {
    if (name === column || TEXTS.includes(name)) continue;
    const value = row.value(name);
    if (typeof value === 'number' || typeof value === 'bigint' || (isTable && isNumber(value))) {
      numbers[name] = Number(value);
      if (!Number.isFinite(numbers[name])) row.problem(name, 'must be finite');
    } else for (const one of [value].flat()) addTag(row, { name, one, tags });
  }
  if (item === undefined || texts.includes(undefined)) return undefined;
  return { item, text: texts.join('\n').trim(), tags: [...new Set(tags)].toSorted(), numbers };
}

function isNumber(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
}

function addTag(row: RowReader, { name, one, tags }: { name: string; one: unknown; tags: string[] }): void {
  if (typeof one === 'boolean') tags.push(`${name}=${one}`);
  else if (typeof one === 'string') {
    if (row.checkText(name, one) !== undefined && one.trim() !== '') tags.push(`${name}=${one.trim()}`);
  } else row.problem(name, `must be a number, a text or a list of texts, not ${describeValue(one)}`);
}
