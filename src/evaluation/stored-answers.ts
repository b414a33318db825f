import { plural } from '../base/format.ts';
import { AttuneError, type Problem } from '../base/errors.ts';
import { checkedRows } from '../data/checked-rows.ts';
import type { Example } from '../data/example.ts';
import { promptText } from '../scoring/prompt-text.ts';
import type { Predictor } from '../scoring/predictor.ts';

/** Columns of answers, in order of preference. */
const ANSWER_COLUMNS = ['completion', 'answer', 'prediction', 'text', 'label'];

interface StoredAnswer {
  id?: string;
  prompt?: string;
  text: string;
}

/**
 * Answers from a file, such as one written by `attune generate --input`. Rows are matched by `id`, else by `prompt`,
 * else by position.
 */
export function storedPredictor(name: string, path: string): Predictor {
  return {
    name,
    async predict(examples, options) {
      const answers = await readAnswers(path);
      const textOf = matcher(answers, examples, path);
      const missing: Problem[] = [];
      const predictions = examples.map((example, row) => {
        const text = textOf(example, row);
        if (text === undefined) missing.push({ ...example.source, message: 'has no answer' });
        return { id: example.id, text };
      });
      if (missing.length > 0) throw lacking(path, missing, examples.length);
      options?.onProgress?.(examples.length, examples.length);
      return predictions;
    },
  };
}

async function readAnswers(path: string): Promise<StoredAnswer[]> {
  const { rows: answers, problems } = await checkedRows(path, (value, refuse): StoredAnswer | undefined => {
    const column = ANSWER_COLUMNS.find((one) => typeof value[one] === 'string');
    if (column === undefined) return refuse(`none of the columns ${ANSWER_COLUMNS.join(', ')} is a text`);
    const { id, prompt } = value;
    return { id: asText(id), prompt: asText(prompt), text: String(value[column]) };
  });
  if (problems.length === 0) return answers;
  throw new AttuneError('E_BAD_ANSWERS', {
    what: `${path} does not contain answers`,
    problems,
    fix: 'correct the rows named above',
  });
}

/** Matches by id if all rows have a known one (a file may have its own ids), else by prompt, else by position. */
function matcher(
  answers: readonly StoredAnswer[],
  examples: readonly Example[],
  path: string,
): (example: Example, row: number) => string | undefined {
  for (const [key, keyOf] of [
    ['id', ({ id }: Example) => id],
    ['prompt', promptText],
  ] as const) {
    if (!answers.every((answer) => answer[key] !== undefined)) continue;
    const texts = new Map(answers.map((answer) => [answer[key], answer.text]));
    const isForeign = key === 'id' && !examples.some(({ id }) => texts.has(id));
    if (isForeign && answers.every(({ prompt }) => prompt !== undefined)) continue;
    return (example) => texts.get(keyOf(example));
  }
  if (answers.length === examples.length) return (_example, row) => answers[row].text;
  throw new AttuneError('E_ANSWERS_UNMATCHED', {
    what: `The answers in ${path} cannot be matched to rows`,
    got: `${plural(answers.length, 'answers')} without id or prompt for ${plural(examples.length, 'rows')}`,
    fix: 'give each answer the row’s prompt, or compare on all rows of the answered file (--max-rows)',
  });
}

function lacking(path: string, problems: readonly Problem[], rows: number): AttuneError {
  return new AttuneError('E_ANSWERS_MISSING', {
    what: `${path} lacks answers to ${problems.length} of ${rows} rows`,
    problems,
    fix: 'answer all rows of the comparison',
  });
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
