import { withArticle } from '@attune/base/articles';
import { parseJson, parseJsonAsWritten } from '@attune/files/json';
import type { LineReading } from '@attune/files/lines';
import type { Defect } from '@attune/files/utf8';

/** One row of a file, or the reason why it cannot be read. */
export interface RawRow {
  /** 1-based line where the row begins; in Parquet the number of the row. */
  line: number;
  /** Undefined if there is a defect. */
  value?: Record<string, unknown>;
  defect?: Defect;
}

export interface RowReading extends LineReading {
  /** Whether columns with an empty or repeated name get a new one; otherwise such files are rejected. */
  namesColumns?: boolean;
  /** Whether this process may be killed: formats with untrusted decoders are then read in it. */
  isConfined?: boolean;
  signal?: AbortSignal;
}

/** A kind of file that holds rows. */
export interface Container {
  /** The rows in the file's order, in bounded memory. `file` is the name for errors. */
  read(path: string, file: string, reading?: RowReading): AsyncGenerator<RawRow, void, undefined>;
}

/** Keys whose values templates write as JSON: 1.0 has to stay 1.0 there. */
const SHOWN = /"(tools|tool_calls|functions|function_call|arguments|documents|chat_template_kwargs)"/;

/** Parses the JSON of a row or request. Values that templates may print keep the spelling of their numbers. */
export function parseForTemplates(text: string): unknown {
  return SHOWN.test(text) ? parseJsonAsWritten(text) : parseJson(text);
}

/** Parses a row from JSON text; anything except an object is a defect. */
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

/** The engine's message with a 1-based column, and without its own "line 1", which would mislead. */
function jsonMessage(error: Error): string {
  return error.message
    .replace(/ \(line \d+ column \d+\)/, '')
    .replace(/ in JSON at position (\d+)/, (_, position: string) => ` at column ${Number(position) + 1}`);
}

function jsonFix(text: string): string {
  if (/^\s*\{\s*'/.test(text)) return 'JSON needs double quotes: write the row with json.dumps, not str()';
  if (/[:[,]\s*(NaN|-?Infinity)\b/.test(text)) return 'JSON has no NaN or Infinity: write null or leave the field out';
  if (/^\s*\[\s*$/.test(text)) return 'this looks like a JSON list: name the file .json';
  return 'check quotes, commas and brackets';
}
