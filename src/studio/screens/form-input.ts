import { entryOf } from '../../base/table.ts';

/** The parts of a JSON schema that determine a field's input element. */
export interface Schema {
  type?: string;
  enum?: readonly string[];
  items?: Schema;
  anyOf?: readonly Schema[];
  minimum?: number;
  maximum?: number;
}

export type Kind = 'switch' | 'choice' | 'number' | 'text' | 'lines' | 'json';

export function kindOf({ type, enum: choices, items, anyOf }: Schema): Kind {
  if (choices !== undefined) return 'choice';
  if (type === 'boolean') return 'switch';
  if (type === 'number' || type === 'integer') return 'number';
  // A file name; rows in memory are only available to programs.
  if (type === 'string' || anyOf?.some((one) => one.type === 'string') === true) return 'text';
  if (type === 'array' && items?.type === 'string') return 'lines';
  return 'json';
}

/** Converts the typed values to the use case's input; leaves out empty ones. */
export function inputOf(
  values: Readonly<Record<string, string | boolean>>,
  schemas: Readonly<Record<string, Schema>>,
): { input: Record<string, unknown>; problems: Record<string, string> } {
  const read = Object.entries(values)
    .filter(([, value]) => value !== '')
    .map(([name, value]): [name: string, value: unknown, problem?: string] => {
      const kind = kindOf(entryOf(schemas, name) ?? {});
      try {
        return [name, valueOf(value, kind)];
      } catch {
        return [name, undefined, kind === 'number' ? 'This is not a number.' : 'This is not JSON.'];
      }
    });
  return {
    input: Object.fromEntries(read.map(([name, value]) => [name, value])),
    problems: Object.fromEntries(read.flatMap(([name, , problem]) => (problem === undefined ? [] : [[name, problem]]))),
  };
}

function valueOf(value: string | boolean, kind: Kind): unknown {
  if (typeof value === 'boolean') return value;
  if (kind === 'number') return numberIn(value);
  if (kind === 'json') return JSON.parse(value) as unknown;
  if (kind !== 'lines') return value;
  return value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const MILLISECONDS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A number, a share such as 10%, or a time such as 2h in milliseconds. */
function numberIn(text: string): number {
  const [, digits, unit] = /^\s*([-+.\deE]+)\s*([%smhd]?)\s*$/.exec(text) ?? [];
  const value = Number(digits);
  if (digits === undefined || Number.isNaN(value)) throw new TypeError('not a number');
  return unit === '%' ? value / 100 : value * (entryOf(MILLISECONDS, unit) ?? 1);
}
