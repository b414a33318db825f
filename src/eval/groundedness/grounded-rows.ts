/** Questions with the source that tells their answer, or is silent. */
import { existsSync } from 'node:fs';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { containerName, containers } from '../../data/containers/index.ts';

export interface GroundedRow {
  question: string;
  source: string;
  /** What is asked, as the model was trained to be asked; from source and question unless given. */
  prompt?: string;
  /** Whether the source tells the answer; unknown where the row does not say. */
  isAnswered?: boolean;
}

/** Rows {question, source, answer, prompt}: an empty answer or null where the source is silent. @throws AttuneError E_GROUNDED_ROWS */
export async function readGroundedRows(file: string): Promise<GroundedRow[]> {
  if (!existsSync(file)) throw bad(file, [{ message: 'does not exist' }]);
  const container = await containers.load(containerName(file));
  const rows: GroundedRow[] = [];
  const problems: Problem[] = [];
  for await (const { line, value, defect } of container.read(file, file)) {
    const row = value === undefined ? (defect?.reason ?? 'no row') : rowOf(value);
    if (typeof row === 'string') problems.push({ file, line, message: row });
    else rows.push(row);
  }
  if (problems.length === 0 && rows.length === 0) problems.push({ file, message: 'has no rows' });
  if (problems.length > 0) throw bad(file, problems);
  return rows;
}

/** What is wrong, where it is no row. */
function rowOf(value: Record<string, unknown>): GroundedRow | string {
  const { question, prompt } = value;
  const source = value.source ?? value.context;
  const answer = Object.hasOwn(value, 'answer') ? value.answer : value.answers;
  if (typeof question !== 'string' || question.trim() === '') return 'has no question';
  if (typeof source !== 'string' || source.trim() === '') return 'has no source';
  if (prompt !== undefined && prompt !== null && typeof prompt !== 'string') return 'its prompt is no text';
  const isAnswered = tells(answer, Object.hasOwn(value, 'answer') || Object.hasOwn(value, 'answers'));
  return {
    question,
    source,
    ...(typeof prompt === 'string' && { prompt }),
    ...(isAnswered !== undefined && { isAnswered }),
  };
}

/** Undefined where the row does not say. */
function tells(answer: unknown, isThere: boolean): boolean | undefined {
  if (!isThere) return undefined;
  const answers = [answer].flat();
  return answers.some((one) => one !== null && one !== undefined && one !== '');
}

function bad(file: string, problems: readonly Problem[]): AttuneError {
  return new AttuneError('E_GROUNDED_ROWS', {
    what: `${file} does not hold questions with their sources`,
    expected: 'rows {question, source, answer, prompt}; the answer empty or null where the source is silent',
    problems,
  });
}
