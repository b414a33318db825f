import { TemplateFailure } from './errors.ts';
import { unpack } from './iteration.ts';
import type { Target } from './nodes.ts';
import type { Scope } from './runtime.ts';
import { Namespace, Tuple, type Value } from './values.ts';

/** Assigns a value to the target of `set`, `for` or `with`. */
export type Assign = (scope: Scope, value: Value) => void;

export function compileTarget(target: Target): Assign {
  if (target.type === 'name') return (scope, value) => scope.set(target.name, value);
  if (target.type === 'namespace') {
    return (scope, value) => {
      (scope.get(target.name) as Namespace).attributes.entries.set(target.attribute, value);
    };
  }
  const parts = target.items.map(compileTarget);
  return (scope, value) => {
    const values = unpack(value, parts.length, scope.runtime.budget);
    for (const [index, assign] of parts.entries()) assign(scope, values[index]);
  };
}

/** Value of a loop's target: for `a, b` a tuple, whatever was unpacked. */
export function readTarget(target: Target, scope: Scope): Value {
  if (target.type === 'tuple') return new Tuple(target.items.map((item) => readTarget(item, scope)));
  return scope.get(target.name) ?? null;
}

/** Only namespaces support attribute assignment. */
export function namespaceCheck(target: Target): (scope: Scope) => void {
  const names = namespacesOf(target);
  return (scope) => {
    for (const name of names) {
      if (!(scope.get(name) instanceof Namespace))
        throw new TemplateFailure('TemplateRuntimeError', 'cannot assign attribute on non-namespace object');
    }
  };
}

function namespacesOf(target: Target): string[] {
  if (target.type === 'tuple') return target.items.flatMap(namespacesOf);
  return target.type === 'namespace' ? [target.name] : [];
}
