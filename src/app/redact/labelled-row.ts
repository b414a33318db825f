import type { LabelledSpan } from '@attune/privacy';
import { parseJson } from '../../files/json.ts';

/** Names of a span's parts in attune, spaCy, doccano, Label Studio, Presidio and transformers' pipelines. */
const STARTS = ['start', 'start_offset', 'start_position', 'begin'];
const ENDS = ['end', 'end_offset', 'end_position'];
const LABELS = ['kind', 'label', 'type', 'entity_type', 'entity_group', 'entity', 'tag', 'labels'];
/** Column names for the parts of a row in these tools. */
const TEXTS = ['text', 'full_text', 'source_text'];
const SPANS = ['spans', 'entities', 'labels', 'label', 'privacy_mask'];

export interface LabelledRow {
  text: string;
  spans: LabelledSpan[];
}

/** A row's text and spans in UTF-16 units; undefined if an error was reported to `problem`. */
export function labelledRowOf(
  row: Record<string, unknown>,
  problem: (field: string, message: string) => void,
): LabelledRow | undefined {
  const text = firstOf(row, TEXTS);
  const column = SPANS.find((name) => listOf(row[name]) !== undefined) ?? 'spans';
  const spans = listOf(row[column]);
  if (typeof text !== 'string') return void problem('text', 'must be text');
  if (spans === undefined) return void problem(column, 'must be a list of { start, end, kind }');
  // Offset of each code point in UTF-16 units, in which the detector's positions are.
  const units = [0];
  for (const character of text) units.push(units.at(-1)! + character.length);
  const read = spans.flatMap((span: unknown, index): LabelledSpan[] => {
    const one = partsOf(span);
    const place = `${column}[${index}]`;
    const [start, end] = [Number(one.start ?? NaN), Number(one.end ?? NaN)];
    if (typeof one.kind !== 'string' || one.kind === '') problem(`${place}.kind`, 'must be a name');
    else if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end <= start || end >= units.length)
      problem(
        place,
        `${String(one.start)} to ${String(one.end)} is out of range for a text of ${units.length - 1} characters`,
      );
    else return [{ start: units[start], end: units[end], kind: one.kind }];
    return [];
  });
  return read.length === spans.length ? { text, spans: read } : undefined;
}

/** A list, or one encoded as JSON in a table's cell. */
function listOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'string') return Array.isArray(value) ? value : undefined;
  if (!value.trimStart().startsWith('[')) return undefined;
  try {
    return parseJson(value) as unknown[];
  } catch {
    return undefined;
  }
}

function partsOf(span: unknown): { start: unknown; end: unknown; kind: unknown } {
  if (Array.isArray(span)) return { start: span[0], end: span[1], kind: span[2] };
  const given = (span ?? {}) as Record<string, unknown>;
  const kind = firstOf(given, LABELS);
  return { start: firstOf(given, STARTS), end: firstOf(given, ENDS), kind: Array.isArray(kind) ? kind[0] : kind };
}

function firstOf(given: Record<string, unknown>, names: readonly string[]): unknown {
  return names.map((name) => given[name]).find((value) => value !== undefined);
}
