import { describeValue, type RowReader } from './row-reader.ts';

/** An item or user id as text, since ids are often numbers; undefined after noting a problem. */
export function itemText(row: RowReader, path: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return row.problem(path, 'is missing', 'give its id, or delete it');
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'string') return row.problem(path, `must be a text or a number, not ${describeValue(value)}`);
  const text = row.checkText(path, value)?.trim();
  return text === '' ? row.problem(path, 'is empty', 'give its id, or delete it') : text;
}

/** Column of user features. */
export const USER_FEATURES = 'user_features';

/**
 * `{ "country": "de", "plan": "pro" }` as sorted `name=value`; undefined if the row has none, or after noting a
 * problem.
 */
export function userFeatures(row: RowReader): string[] | undefined {
  if (!row.has(USER_FEATURES)) return undefined;
  const value = row.json(USER_FEATURES);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return row.problem(USER_FEATURES, `must be an object, not ${describeValue(value)}`, 'write {"name": "value", …}');
  const known = Object.entries(value).filter(([, one]) => one !== null);
  const texts = known.map(([name, one]) => {
    const shown = typeof one === 'boolean' ? String(one) : itemText(row, `${USER_FEATURES}.${name}`, one);
    const defect = name.includes('=') ? 'has a name that contains "="' : name === '' ? 'has an empty name' : undefined;
    if (defect === undefined) return shown === undefined ? undefined : `${name}=${shown}`;
    return row.problem(`${USER_FEATURES}.${name}`, defect, 'rename it');
  });
  if (texts.length === 0 || texts.includes(undefined)) return undefined;
  return (texts as string[]).toSorted();
}
