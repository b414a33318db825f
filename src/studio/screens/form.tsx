import { entryOf } from '../../base/table.ts';
import type { DescribedUseCase } from '../../app/studio/described-use-cases.ts';

/** The parts of a JSON schema that decide how a field is typed. */
export interface Schema {
  type?: string;
  enum?: readonly string[];
  items?: Schema;
  anyOf?: readonly Schema[];
  minimum?: number;
  maximum?: number;
}

type Kind = 'switch' | 'choice' | 'number' | 'text' | 'lines' | 'json';

function kindOf({ type, enum: choices, items, anyOf }: Schema): Kind {
  if (choices !== undefined) return 'choice';
  if (type === 'boolean') return 'switch';
  if (type === 'number' || type === 'integer') return 'number';
  // A name of a file, or rows that only a program has.
  if (type === 'string' || anyOf?.some((one) => one.type === 'string') === true) return 'text';
  if (type === 'array' && items?.type === 'string') return 'lines';
  return 'json';
}

interface FieldOptions {
  field: DescribedUseCase['fields'][number];
  schema: Schema;
  value: string | boolean | undefined;
  problem?: string;
  onValue(value: string | boolean): void;
}

/** One field of a form. */
export function Field({
  field: { name, title, summary, isRequired, switchesTo },
  schema,
  value,
  problem,
  onValue,
}: FieldOptions) {
  const kind = kindOf(schema);
  const id = `field-${name}`;
  const about = `${id}-about`;
  if (kind === 'switch')
    return (
      <label class="switch">
        <input
          type="checkbox"
          checked={value === switchesTo}
          onChange={(event) => onValue(event.currentTarget.checked ? switchesTo : '')}
        />{' '}
        {title} <span class="soft small">{summary}</span>
      </label>
    );
  const text = typeof value === 'string' ? value : '';
  const shared = { id, 'aria-describedby': about, required: isRequired, 'aria-invalid': problem !== undefined };
  return (
    <div class="field">
      <label for={id}>
        {title}
        {isRequired && <span class="soft"> (required)</span>}
      </label>
      {kind === 'choice' ? (
        <select {...shared} value={text} onChange={(event) => onValue(event.currentTarget.value)}>
          <option value="" />
          {schema.enum!.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      ) : kind === 'lines' || kind === 'json' ? (
        <textarea
          {...shared}
          rows={kind === 'json' ? 3 : 2}
          value={text}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      ) : (
        <input
          {...shared}
          inputMode={kind === 'number' ? 'decimal' : undefined}
          value={text}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
      <p id={about} class="soft small">
        {summary}
        {kind === 'lines' && '; one a line'}
        {kind === 'json' && '; as JSON'}
        {problem !== undefined && <span class="warn"> {problem}</span>}
      </p>
    </div>
  );
}

/** What was typed, as the use case takes it; what is empty is left out. */
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

function numberIn(text: string): number {
  const value = Number(text);
  if (Number.isNaN(value)) throw new TypeError('not a number');
  return value;
}
