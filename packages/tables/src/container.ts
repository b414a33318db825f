import { withArticle } from '@attune/base/articles';
import { parseJson, parseJsonAsWritten } from '@attune/files/json';
import type { LineReading } from '@attune/files/lines';
import type { Defect } from '@attune/files/utf8';

/** One row of a file, or the reason why it cannot be read. */
export interface RawRow {
  /** 1-based line where the row begins; in Parquet the row's number. */
  line: number;
  /** Absent where there is a defect. */
  value?: Record<string, unknown>;
  defect?: Defect;
}

export interface RowReading extends LineReading {
  /** Columns of a table without a name, or with that of another, are given one; otherwise they are refused. */
  namesColumns?: boolean;
  /** True in a process that can be killed already: formats whose decoders cannot be trusted are read there. */
  isConfined?: boolean;
  signal?: AbortSignal;
}

/** A kind of file that holds rows. */
export interface Container {
  /** The rows in the file's order, in bounded memory. `file` is the name to show in errors. */
  read(path: string, file: string, reading?: RowReading): AsyncGenerator<RawRow, void, undefined>;
}

/** Keys of values that templates write as JSON: their 1.0 has to stay 1.0. */
const SHOWN = /"(tools|tool_calls|functions|function_call|arguments|documents|chat_template_kwargs)"/;

/** A row's or a request's JSON; what templates may show keeps how its numbers are written. */
export function parseForTemplates(text: string): unknown {
  return SHOWN.test(text) ? parseJsonAsWritten(text) : parseJson(text);
}

/** A row from JSON text; anything but an object is a defect. */
export function parseRow(line: number, text: string): RawRow {
  let value: unknown;
  try {
    value = parseForTemplates(text);
  } catch (error) {
    return { line, defect: { reason: `not valid JSON: ${jsonMessage(error as Error)}`, fix: jsonFix(text) } };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { line, value: value as Record<string, unknown> };
  }
  const got = Array.isArray(value) ? 'a list' : value === null ? 'null' : withArticle(typeof value);
  return {
    line,
    defect: { reason: `the row is ${got}, not an object`, fix: 'write each row as {"column": value, …}' },
  };
}

/** The engine's message with a column that people count from one; its own "line 1" would mislead. */
function jsonMessage(error: Error): string {
  return error.message
    .replace(/ \(line \d+ column \d+\)/, '')
    .replace(/ in JSON at position (\d+)/, (_, position: string) => ` at column ${Number(position) + 1}`);
}

function jsonFix(text: string): string {
  if (/^\s*\{\s*'/.test(text)) return 'JSON wants double quotes: write the row with json.dumps, not str()';
  if (/[:[,]\s*(NaN|-?Infinity)\b/.test(text)) return 'JSON has no NaN or Infinity: write null or leave the field out';
  if (/^\s*\[\s*$/.test(text)) return 'this looks like a JSON list: name the file .json';
  return 'check quotes, commas and brackets';
}
