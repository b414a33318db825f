import type { Format } from './format.ts';
import { itemText, USER_FEATURES, userFeatures } from './item-text.ts';
import { describeValue, type RowReader } from './row-reader.ts';

const ITEMS = ['items', 'basket'];
const USERS = ['user', 'user_id'];

/** `{ items: [...], user?, user_features? }`: a user's choices in order; or a basket. */
export const sequences: Format = {
  fields: [...ITEMS, ...USERS, USER_FEATURES],
  recognise(sample) {
    const column = ITEMS.find((name) => sample.has(name));
    return column !== undefined && sample.values(column).every(isList) ? [column] : undefined;
  },
  read(row) {
    const items = readItems(row, ITEMS.find((name) => row.has(name)) ?? ITEMS[0]);
    const column = USERS.find((name) => row.has(name));
    const user = column === undefined ? undefined : itemText(row, column, row.value(column));
    const about = userFeatures(row);
    if (items === undefined || (column !== undefined && user === undefined)) return undefined;
    return { kind: 'items', items, ...(user !== undefined && { user }), ...(about && { about }) };
  },
};

/** A list, or its JSON in a cell. */
function isList(value: unknown): boolean {
  return Array.isArray(value) || (typeof value === 'string' && /^\s*\[/.test(value));
}

function readItems(row: RowReader, column: string): string[] | undefined {
  const value = row.json(column);
  if (value === undefined) return row.problem(column, 'is missing', `every row needs "${column}"`);
  if (!Array.isArray(value)) return row.problem(column, `must be a list of items, not ${describeValue(value)}`);
  if (value.length === 0) return row.problem(column, 'is empty', 'delete the row');
  const items = value.map((item, i) => itemText(row, `${column}[${i}]`, item));
  return items.includes(undefined) ? undefined : (items as string[]);
}
