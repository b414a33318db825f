/** Makes texts storable in PostgreSQL: without NUL, and as valid UTF-8. */

export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Characters that cannot be stored become U+FFFD. */
export function storable<Value>(value: Value): Value {
  if (typeof value !== 'string' || isStorable(value)) return value;
  return value.toWellFormed().replaceAll('\0', '\uFFFD') as Value;
}
