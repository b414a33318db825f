import type { ConstraintSpec } from './spec.ts';

/** The same constraint for answers that a space sets off from their prompts; JSON begins as it is. */
export function spacedConstraint(spec: ConstraintSpec): ConstraintSpec {
  if ('choices' in spec)
    return { choices: spec.choices.map((choice) => (/^\s/u.test(choice) ? choice : ` ${choice}`)) };
  if (!('regex' in spec) || spec.regex.startsWith(' ')) return spec;
  return { regex: ` (${spec.regex.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')})` };
}
