import { attributeReader } from './attribute-reader.ts';
import { TemplateFailure } from './errors.ts';
import type { Filter } from './filter.ts';
import { numberFilters } from './filters-numbers.ts';
import { sequenceFilters } from './filters-sequences.ts';
import { textFilters } from './filters-text.ts';
import { forOf } from './iteration.ts';
import { isTrue } from './operators.ts';
import { callTest } from './tests.ts';
import { asText, Lazy, orElse, typeName, type Arguments, type Value, type Runtime } from './values.ts';

/** Jinja2's filters by name; unsupported ones fail when used. */
export const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ...textFilters,
  ...numberFilters,
  ...sequenceFilters,
  ['map', (input, args, runtime) => new Lazy(map(input, args, runtime))],
  ['select', (input, args, runtime) => new Lazy(select({ input, wanted: true, byAttribute: false }, args, runtime))],
  ['reject', (input, args, runtime) => new Lazy(select({ input, wanted: false, byAttribute: false }, args, runtime))],
  ['selectattr', (input, args, runtime) => new Lazy(select({ input, wanted: true, byAttribute: true }, args, runtime))],
  [
    'rejectattr',
    (input, args, runtime) => new Lazy(select({ input, wanted: false, byAttribute: true }, args, runtime)),
  ],
]);

function failed(message: string): TemplateFailure {
  return new TemplateFailure('TemplateRuntimeError', message);
}

function* map(input: Value, { positional, named }: Arguments, runtime: Runtime): Generator<Value> {
  if (!isTrue(input)) return;
  const apply = mapped(positional, named, runtime);
  for (const item of forOf(input, runtime.budget)) yield apply(item);
}

function mapped(positional: Value[], named: Map<string, Value>, runtime: Runtime): (item: Value) => Value {
  if (positional.length === 0 && named.has('attribute')) {
    const unexpected = [...named.keys()].find((name) => name !== 'attribute' && name !== 'default');
    if (unexpected !== undefined) throw failed(`Unexpected keyword argument '${unexpected}'`);
    return attributeReader(
      named.get('attribute')!,
      runtime,
      orElse(named.get('default'), () => null),
    );
  }
  if (positional.length === 0) throw failed('map requires a filter argument');
  const filter = filters.get(asText(positional[0]) ?? '');
  if (filter === undefined) throw failed(`No filter named '${asText(positional[0]) ?? typeName(positional[0])}'.`);
  return (item) => filter(item, { positional: positional.slice(1), named: new Map(named) }, runtime);
}

interface Selection {
  input: Value;
  /** The test result to select. */
  wanted: boolean;
  /** Whether it tests an attribute, given as the first argument. */
  byAttribute: boolean;
}

function* select(selection: Selection, { positional, named }: Arguments, runtime: Runtime): Generator<Value> {
  const { input, wanted, byAttribute } = selection;
  if (!isTrue(input)) return;
  if (byAttribute && positional.length === 0) throw failed('Missing parameter for attribute name');
  const read = byAttribute ? attributeReader(positional[0], runtime) : (item: Value) => item;
  const [name, ...rest] = byAttribute ? positional.slice(1) : positional;
  const args = { positional: rest, named };
  const test = name === undefined ? isTrue : (item: Value) => callTest(asText(name) ?? '', item, args, runtime);
  for (const item of forOf(input, runtime.budget)) if (test(read(item)) === wanted) yield item;
}
