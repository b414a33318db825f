import { typeError } from './errors.ts';
import type { Compute } from './compile-expression.ts';
import { capture, type Scope } from './runtime.ts';
import { Callable, Dict, Tuple, Undefined, type Arguments, type Value } from './values.ts';

/** A macro, or the body of a call block, compiled. */
export interface MacroPlan {
  /** The macro's name; undefined for the body of a call block. */
  name: string | undefined;
  parameters: readonly string[];
  /** Defaults of the last parameters. */
  defaults: readonly Compute[];
  /** Which of the implicit names of a macro (`caller`, `varargs`, `kwargs`) its body reads. */
  reads: { caller: boolean; kwargs: boolean; varargs: boolean };
  body: (scope: Scope) => void;
}

/** A macro as a value: a closure over the variables where it was written. */
export function macroValue(plan: MacroPlan, outside: Scope): Callable {
  const { name, parameters, reads } = plan;
  const attributes = new Map<string, Value>([
    ['name', name ?? null],
    ['arguments', new Tuple([...parameters])],
    ['catch_kwargs', reads.kwargs],
    ['catch_varargs', reads.varargs],
    ['caller', reads.caller],
  ]);
  const printed = name === undefined ? '<Macro anonymous>' : `<Macro '${name}'>`;
  const call = (_runtime: unknown, args: Arguments): Value => invoke(plan, outside.inner(), args);
  return new Callable(call, printed, attributes);
}

function invoke(plan: MacroPlan, scope: Scope, args: Arguments): Value {
  const { runtime } = scope;
  runtime.budget.charge(2 + plan.parameters.length);
  return runtime.budget.nested(() => {
    bindParameters(plan, scope, args);
    return capture(runtime, () => plan.body(scope));
  });
}

function bindParameters(plan: MacroPlan, scope: Scope, { positional, named }: Arguments): void {
  const { name, parameters, defaults, reads } = plan;
  const rest = new Map(named);
  const missing: number[] = [];
  for (const [index, parameter] of parameters.entries()) {
    const given = index < positional.length ? positional[index] : rest.get(parameter);
    if (index >= positional.length) rest.delete(parameter);
    if (given === undefined) missing.push(index);
    else scope.set(parameter, given);
  }
  if (reads.caller && !parameters.includes('caller')) {
    scope.set('caller', rest.get('caller') ?? new Undefined('No caller defined'));
    rest.delete('caller');
  }
  if (reads.kwargs) scope.set('kwargs', Dict.of(rest));
  else if (rest.size > 0) throw typeError(`macro '${name}' takes no keyword argument '${[...rest.keys()][0]}'`);
  if (reads.varargs) scope.set('varargs', new Tuple(positional.slice(parameters.length)));
  else if (positional.length > parameters.length)
    throw typeError(`macro '${name}' takes not more than ${parameters.length} argument(s)`);
  for (const index of missing) {
    const fallback = defaults[index - parameters.length + defaults.length];
    const own = parameters[index];
    scope.set(own, fallback === undefined ? new Undefined(`parameter '${own}' was not provided`) : fallback(scope));
  }
}
