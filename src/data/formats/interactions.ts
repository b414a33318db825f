import { timeIn } from '../time-in.ts';
import type { Format } from './format.ts';
import { itemText, USER_FEATURES, userFeatures } from './item-text.ts';
import { describeValue, type RowReader } from './row-reader.ts';

const USERS = ['user', 'user_id'];
const ITEMS = ['item', 'item_id'];
const TIMES = ['timestamp', 'time', 'date'];

/** `{ user, item, timestamp?, user_features? }`: one interaction; the rows of a user are joined, by time or in file order. */
export const interactions: Format = {
  fields: [...USERS, ...ITEMS, ...TIMES, USER_FEATURES],
  recognise(sample) {
    const [user, item] = [USERS, ITEMS].map((names) => names.find((name) => sample.has(name)));
    return user === undefined || item === undefined ? undefined : [user, item];
  },
  read(row) {
    const [user, item] = [USERS, ITEMS].map((names) => {
      const column = names.find((name) => row.has(name)) ?? names[0];
      return itemText(row, column, row.value(column));
    });
    const column = TIMES.find((name) => row.has(name) && row.value(name) !== '');
    const at = column === undefined ? undefined : timeOf(row, column);
    const about = userFeatures(row);
    if (user === undefined || item === undefined || (column !== undefined && at === undefined)) return undefined;
    return { kind: 'items', user, ...(about && { about }), items: [item], part: at === undefined ? {} : { at } };
  },
};

/** A number in any unit, possibly as text, or a date. */
function timeOf(row: RowReader, column: string): number | undefined {
  const value = row.value(column);
  const time = timeIn(value);
  if (time !== undefined) return time;
  return row.problem(
    column,
    `is not a time: ${describeValue(value)}`,
    'write a number, or a date such as 2026-01-31T12:00:00Z',
  );
}
