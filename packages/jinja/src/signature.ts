import { typeError } from './errors.ts';
import { Callable, type Arguments, type Value, type Runtime } from './values.ts';

/** A parameter by name, with its default. */
export type Parameter = string | readonly [name: string, fallback: Value];

/** Matches arguments to the parameters, in their order. @throws TypeError */
export function bind(name: string, parameters: readonly Parameter[], args: Arguments): Value[] {
  const { positional, named } = args;
  if (positional.length > parameters.length)
    throw typeError(`${name}() takes ${parameters.length} arguments but ${positional.length} were given`);
  const names = new Set(parameters.map((parameter) => (typeof parameter === 'string' ? parameter : parameter[0])));
  for (const given of named.keys())
    if (!names.has(given)) throw typeError(`${name}() got an unexpected keyword argument '${given}'`);
  return parameters.map((parameter, index) => {
    const [own, fallback] = typeof parameter === 'string' ? [parameter, undefined] : parameter;
    const byName = named.get(own);
    if (index < positional.length) {
      if (byName !== undefined) throw typeError(`${name}() got multiple values for argument '${own}'`);
      return positional[index];
    }
    const value = byName === undefined ? fallback : byName;
    if (value === undefined) throw typeError(`${name}() missing 1 required positional argument: '${own}'`);
    return value;
  });
}

/** Implements a method on its object. */
export interface Method<T> {
  parameters: readonly Parameter[];
  run: (self: T, args: Value[], runtime: Runtime) => Value;
  /** Most of Python's methods take only positional arguments. */
  byName?: boolean;
}

/** A method as a value. Python prints one with its memory address. */
export function boundMethod<T>(self: T, name: string, method: Method<T>): Callable {
  return new Callable((runtime, args) => {
    if (args.named.size > 0 && method.byName !== true) throw typeError(`${name}() takes no keyword arguments`);
    return method.run(self, bind(name, method.parameters, args), runtime);
  });
}
