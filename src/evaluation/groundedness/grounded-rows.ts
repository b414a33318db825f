/** Questions with a source that may or may not contain the answer. */
import { existsSync } from 'node:fs';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import { checkedRows } from '../../data/checked-rows.ts';

export interface GroundedRow {
  question: string;
  source: string;
  /** Prompt as in training; by default built from source and question. */
  prompt?: string;
  /** Whether the source contains the answer; unknown if the row does not say. */
  isAnswered?: boolean;
}

/**
 * Rows {question, source, answer, prompt}, with an empty or null answer if the source does not contain it. @throws
 * AttuneError E_GROUNDED_ROWS
 */
export async function readGroundedRows(file: string): Promise<GroundedRow[]> {
  if (!existsSync(file)) throw bad(file, [{ message: 'does not exist' }]);
  const { rows, problems } = await checkedRows(file, (value, refuse) => {
    const row = rowOf(value);
    return typeof row === 'string' ? refuse(row) : row;
  });
  if (problems.length === 0 && rows.length === 0) problems.push({ file, message: 'has no rows' });
  if (problems.length > 0) throw bad(file, problems);
  return rows;
}

/** The row, or its problem. */
function rowOf(value: Record<string, unknown>): GroundedRow | string {
  const { question, prompt } = value;
  const source = value.source ?? value.context;
  const answer = Object.hasOwn(value, 'answer') ? value.answer : value.answers;
  if (typeof question !== 'string' || question.trim() === '') return 'has no question';
  if (typeof source !== 'string' || source.trim() === '') return 'has no source';
  if (prompt !== undefined && prompt !== null && typeof prompt !== 'string') return 'its prompt is not text';
  const answers = answer === undefined ? undefined : answersIn(answer);
  if (answers === 'no text') return 'its answer is neither text, a list of texts, nor SQuAD’s format';
  const isAnswered = answers?.some((one) => one !== '');
  return {
    question,
    source,
    ...(typeof prompt === 'string' && { prompt }),
    ...(isAnswered !== undefined && { isAnswered }),
  };
}

/** Texts of an answer: one, several, or SQuAD's {text: […]}; none for null. */
function answersIn(answer: unknown): string[] | 'no text' {
  const given = isPlainObject(answer) && Object.hasOwn(answer, 'text') ? answer.text : answer;
  const texts = [given].flat().filter((one) => one !== null);
  const isText = (one: unknown) => typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean';
  return texts.every(isText) ? texts.map((one) => String(one).trim()) : 'no text';
}

function bad(file: string, problems: readonly Problem[]): AttuneError {
  return new AttuneError('E_GROUNDED_ROWS', {
    what: `${file} does not contain questions with their sources`,
    expected: 'rows {question, source, answer, prompt}, with an empty or null answer if the source does not contain it',
    problems,
  });
}
