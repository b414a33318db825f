import { existsSync, readFileSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import { rubricSchema, type Rubric, type RubricInput } from '../../scoring/judges/rubric.ts';

/** Criteria from a file, or as given. @throws AttuneError E_RUBRIC */
export async function readRubric(given: string | RubricInput | undefined): Promise<Rubric | undefined> {
  if (given === undefined) return undefined;
  const [file, value] = typeof given === 'string' ? [given, await parsedFile(given)] : [undefined, given];
  const parsed = rubricSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error.issues, { root: value, schema: rubricSchema });
  throw badRubric(
    file,
    problems.map((problem) => ({ ...problem, file })),
  );
}

async function parsedFile(file: string): Promise<unknown> {
  if (!existsSync(file)) throw badRubric(file, [{ message: 'does not exist' }]);
  const { parse } = await import('yaml');
  try {
    return parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 });
  } catch (error) {
    throw badRubric(file, [{ file, message: (error as Error).message.split('\n')[0] }]);
  }
}

function badRubric(file: string | undefined, problems: AttuneError['problems']): AttuneError {
  return new AttuneError('E_RUBRIC', {
    what: `${file ?? 'The file'} is not a rubric`,
    expected: 'criteria: a list of {name, description}, optionally with scale: [1, 5] and levels: {1: …, 5: …}',
    problems,
  });
}
