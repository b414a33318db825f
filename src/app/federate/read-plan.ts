import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { AttuneError } from '../../base/errors.ts';
import { planProblems, planSchema, type Plan, type PlanInput } from '../../federation/plan.ts';

/** A plan from its file (YAML or JSON) or from a program. @throws AttuneError E_FEDERATED_PLAN with all problems */
export function readPlan(given: string | PlanInput): Plan {
  const file = typeof given === 'string' ? given : undefined;
  const read = planSchema.safeParse(file === undefined ? given : readYaml(file));
  const problems = read.success
    ? planProblems(read.data)
    : read.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
  if (problems.length === 0) return read.data!;
  throw new AttuneError('E_FEDERATED_PLAN', {
    what: file === undefined ? 'The plan of the federation cannot be used' : `${file} is not a plan of a federation`,
    problems: problems.map((problem) => ({ ...problem, ...(file !== undefined && { file }) })),
    fix: 'see docs/federated.md for its keys',
  });
}

function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new AttuneError('E_FEDERATED_PLAN', {
      what: `${file} cannot be read`,
      got: (error as Error).message,
      fix: 'give a YAML file with name, recipe, rounds and local_steps: see docs/federated.md',
      cause: error,
    });
  }
}
