import type { Value, Runtime } from './values.ts';

/** Variables of one block; a name that it lacks is looked up in the enclosing one. */
export class Scope {
  readonly runtime: Runtime;
  readonly #outer: Scope | undefined;
  readonly #variables = new Map<string, Value>();

  constructor(runtime: Runtime, outer?: Scope) {
    this.runtime = runtime;
    this.#outer = outer;
  }

  inner(): Scope {
    return new Scope(this.runtime, this);
  }

  get(name: string): Value | undefined {
    // oxlint-disable-next-line typescript/no-this-alias -- walks outwards
    let scope: Scope | undefined = this;
    while (scope !== undefined) {
      const value = scope.#variables.get(name);
      if (value !== undefined) return value;
      scope = scope.#outer;
    }
    return undefined;
  }

  set(name: string, value: Value): void {
    this.#variables.set(name, value);
  }
}

/** Output of a block, collected as one text. */
export function capture(runtime: Runtime, write: () => void): string {
  const outside = runtime.output;
  runtime.output = '';
  write();
  const written = runtime.output;
  runtime.output = outside;
  return written;
}

export function write(runtime: Runtime, text: string): void {
  runtime.budget.checkLength(runtime.output.length + text.length);
  runtime.output += text;
}
