/** Converts attributes of OTLP to plain values by name. */
import { isPlainObject } from '../../base/plain-object.ts';
import { table } from '../../base/table.ts';

export type Attributes = Record<string, unknown>;

/** Attributes of a list, or of a body that is a list of key-value pairs. */
export function attributesOf(given: unknown): Attributes {
  const values: Attributes = table({});
  const body = isPlainObject(given) ? plainValue(given) : undefined;
  if (isPlainObject(body)) return Object.assign(values, body);
  for (const entry of Array.isArray(given) ? given : [])
    if (isPlainObject(entry) && typeof entry.key === 'string') values[entry.key] = plainValue(entry.value);
  return values;
}

/** Value of an `AnyValue`; 64-bit integers are strings in JSON. */
function plainValue(value: unknown): unknown {
  if (!isPlainObject(value)) return undefined;
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue } = value;
  if (intValue !== undefined) return Number(intValue);
  if (isPlainObject(arrayValue)) return (Array.isArray(arrayValue.values) ? arrayValue.values : []).map(plainValue);
  if (isPlainObject(kvlistValue)) return { ...attributesOf(kvlistValue.values) };
  return stringValue ?? boolValue ?? doubleValue;
}

/** Name of an event or log record, which may be in one of three places. */
export function eventName({ eventName: own, name }: Attributes, values: Attributes): string {
  return String([own, name, values['event.name']].find((one) => typeof one === 'string' && one !== '') ?? '');
}

/** Collects `PREFIX.0.role`, `PREFIX.0.content`, … into a list; undefined if there are none. */
export function indexed(values: Attributes, prefix: string, part?: string): Attributes[] | undefined {
  const list: Attributes[] = [];
  const pattern = new RegExp(`^${prefix.replaceAll('.', String.raw`\.`)}\\.(\\d{1,4})\\.(.+)$`);
  for (const [name, value] of Object.entries(values)) {
    const [, place, rest] = pattern.exec(name) ?? [];
    if (place === undefined) continue;
    const field = part !== undefined && rest.startsWith(`${part}.`) ? rest.slice(part.length + 1) : rest;
    const isCall = field.startsWith('tool_calls.');
    const key = isCall ? 'tool_calls' : field;
    list[Number(place)] = table({ ...list[Number(place)], [key]: isCall ? [value] : value });
  }
  const filled = list.filter((one) => one !== undefined).map((one) => ({ ...one }));
  return filled.length === 0 ? undefined : filled;
}

/** Attributes that are read or known to be irrelevant. */
const READ =
  /^(?:gen_ai\.(?:input\.messages|output\.|system|system_instructions|prompt|completion|usage\.|response\.|request\.|operation\.name|provider\.name|conversation\.id|tool\.definitions|agent\.)|llm\.(?:input_messages|output_messages|model_name|token_count|request\.|provider|system|invocation_parameters|is_streaming|headers|usage)|langfuse\.|input\.|output\.|user\.id|enduser\.id|session\.id|error\.type|server\.|openinference\.|metadata$|traceloop\.)/;

export function isRead(name: string): boolean {
  return READ.test(name);
}
