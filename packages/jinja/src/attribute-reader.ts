import { getItem } from './attributes.ts';
import { isTrue } from './operators.ts';
import { asText, Undefined, type Value, type Runtime } from './values.ts';

/** Reads an attribute path such as `address.0.city`, each part as an item. */
export function attributeReader(path: Value, runtime: Runtime, fallback: Value = null): (item: Value) => Value {
  const text = asText(path);
  const parts = path === null ? [] : text === undefined ? [path] : text.split('.').map(indexOrName);
  return (item) => {
    let value = item;
    for (const part of parts) {
      runtime.budget.charge(1);
      value = getItem(value, part, runtime);
      if (fallback !== null && value instanceof Undefined) value = fallback;
    }
    return value;
  };
}

function indexOrName(part: string): Value {
  return /^\d+$/.test(part) ? Number(part) : part;
}

/** Lower-cases texts, as filters compare them by default. */
export function foldCase(value: Value, runtime: Runtime): Value {
  const text = asText(value);
  if (text === undefined) return value;
  runtime.budget.chargeText(text.length);
  return text.toLowerCase();
}

/** Returns a filter's sort key for each element. */
export function keyReader(attributePath: Value, caseSensitive: Value, runtime: Runtime): (item: Value) => Value {
  const read = attributeReader(attributePath, runtime);
  return isTrue(caseSensitive) ? read : (item) => foldCase(read(item), runtime);
}
