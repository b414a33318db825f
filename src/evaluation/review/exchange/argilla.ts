/** Pairs and choices as Argilla records: fields, and a label question whose responses are the reviewers' choices. */
import type { HumanChoice, HumanLabel } from '../../../scoring/judges/human-labels.ts';
import type { AnswerPair } from '../../../scoring/judges/answer-pairs.ts';
import { sideOf, type Exchange, type ImportedLabel } from './exchange.ts';

const QUESTION = 'preferred';
const VALUES: Readonly<Record<string, HumanChoice | 'first' | 'second'>> = {
  first: 'first',
  second: 'second',
  tie: 'tie',
  neither: 'neither',
};

export const argilla: Exchange = {
  write(pairs, labels) {
    return pairs.map((pair) => ({
      id: pair.id,
      fields: { prompt: pair.prompt, ...sidesOf(pair) },
      metadata: { order: sideOf(pair) },
      responses: labels.filter(({ id }) => id === pair.id).map((label) => responseOf(pair, label)),
    }));
  },
  read(record, pairs) {
    const { id, external_id: outer, responses } = record;
    const pair = pairs.get(String(outer ?? id));
    if (pair === undefined) return 'its id does not match any pair';
    if (responses !== undefined && !Array.isArray(responses)) return 'its responses are not a list';
    const found: ImportedLabel[] = [];
    for (const response of (responses ?? []) as Record<string, unknown>[]) {
      if (response?.status !== undefined && response.status !== 'submitted') continue;
      const said = valueOf(response);
      const value = typeof said === 'string' && Object.hasOwn(VALUES, said) ? VALUES[said] : undefined;
      if (value === undefined) return `${JSON.stringify(said)} is not one of ${Object.keys(VALUES).join(', ')}`;
      found.push({ pair, choice: value, reviewer: String(response.user_id ?? response.user ?? 'argilla') });
    }
    return found;
  },
};

function sidesOf(pair: AnswerPair): { first: string; second: string } {
  return sideOf(pair) === 'ab' ? { first: pair.a, second: pair.b } : { first: pair.b, second: pair.a };
}

function responseOf(pair: AnswerPair, { choice, reviewer }: HumanLabel): object {
  const isFirst = (choice === 'a') === (sideOf(pair) === 'ab');
  const value = choice === 'a' || choice === 'b' ? (isFirst ? 'first' : 'second') : choice;
  return { user_id: reviewer, status: 'submitted', values: { [QUESTION]: { value } } };
}

/** Reads the older format, and the newer one in which responses are keyed by question. */
function valueOf({ values, value }: Record<string, unknown>): unknown {
  const asked = (values as Record<string, { value?: unknown }> | undefined)?.[QUESTION]; // own: attune sets this name
  return asked?.value ?? value;
}
