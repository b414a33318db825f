import type { Endpoint } from '../endpoint/endpoint.ts';
import { askJudge, requireReadable, type JudgeOptions } from './judge.ts';
import { readAnswer, type Question } from './judge-prompt.ts';

/** Instruction for a judge's yes-or-no answer; the last line of a question. */
export function yesNoForm(field: string): string {
  return `Answer with one JSON object and nothing else: {"reason": "one sentence", "${field}": true | false}.`;
}

/**
 * A model's yes-or-no answers; undefined if they could not be parsed. `field`: the field that `yesNoForm` names.
 * @throws AttuneError from endpoints
 */
export async function askYesNo(
  questions: readonly Question[],
  field: string,
  { endpoint, options }: { endpoint: Endpoint; options: JudgeOptions },
): Promise<(boolean | undefined)[]> {
  if (questions.length === 0) return [];
  const schema = {
    type: 'object',
    properties: { reason: { type: 'string' }, [field]: { type: 'boolean' } },
    required: ['reason', field],
    additionalProperties: false,
  };
  const answers = await askJudge(endpoint, { name: field, schema }, questions, options);
  const verdicts = answers.map((answer) => {
    const verdict = readAnswer(answer ?? '')?.[field];
    return typeof verdict === 'boolean' ? verdict : undefined;
  });
  requireReadable(verdicts.filter((verdict) => verdict !== undefined).length, answers, endpoint.model);
  return verdicts;
}
