import type { ConstraintSpec } from './spec.ts';

/** Adapts a constraint to answers that begin with a space after the prompt; JSON is unchanged. */
export function spacedConstraint(spec: ConstraintSpec): ConstraintSpec {
  if ('choices' in spec)
    return { choices: spec.choices.map((choice) => (/^\s/u.test(choice) ? choice : ` ${choice}`)) };
  if (!('regex' in spec) || spec.regex.startsWith(' ')) return spec;
  return { regex: ` (${spec.regex.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')})` };
}
