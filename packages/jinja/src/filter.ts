import { bind, type Parameter } from './signature.ts';
import { asText, Lazy, Markup, type Arguments, type Value, type Runtime } from './values.ts';
import { toText } from './printing.ts';

/** A filter: receives its input and its arguments. */
export type Filter = (input: Value, args: Arguments, runtime: Runtime) => Value;

/** A filter whose arguments are bound to parameters. */
export function filter(
  name: string,
  parameters: readonly Parameter[],
  run: (input: Value, args: Value[], runtime: Runtime) => Value,
): readonly [name: string, filter: Filter] {
  return [name, (input, args, runtime) => run(input, bind(name, parameters, args), runtime)];
}

/** A filter that yields elements lazily. */
export function lazy(
  name: string,
  parameters: readonly Parameter[],
  run: (input: Value, args: Value[], runtime: Runtime) => Generator<Value>,
): readonly [name: string, filter: Filter] {
  return filter(name, parameters, (input, args, runtime) => new Lazy(run(input, args, runtime)));
}

/** A filter that maps text, converting any input; a Markup stays one. */
export function textFilter(
  name: string,
  parameters: readonly Parameter[],
  run: (text: string, args: Value[], runtime: Runtime) => string,
): readonly [name: string, filter: Filter] {
  return filter(name, parameters, (input, args, runtime) => {
    const result = run(asText(input) ?? toText(input, runtime), args, runtime);
    return input instanceof Markup ? new Markup(result) : result;
  });
}
