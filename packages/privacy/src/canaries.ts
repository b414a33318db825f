/** Rows with secrets of our own making, planted to measure later how well a trained model keeps what it has read. */
import { randomUnits, shuffled } from '@attune/base/random';

/** Each canary is one sentence with nine digits that no one has (Carlini et al., "The secret sharer", 2019). */
export interface Canary {
  id: number;
  /** Text before the secret: the prompt for a model. */
  prefix: string;
  secret: string;
  /** How often it is planted. */
  copies: number;
}

const DIGITS = 9;
/** One copy shows little, and what is seen more often is learnt better: the numbers of copies are gone through in turn. */
const COPIES = [1, 2, 4, 8];
const OWNERS = 'amber birch cobalt dune ember fjord garnet heath indigo jasper krill lagoon'.split(' ');

/** The same ones for the same seed. */
export function makeCanaries(count: number, seed: number): Canary[] {
  return Array.from({ length: count }, (_, id) => {
    const unit = randomUnits([seed, 'canary', id]);
    const digits = Array.from({ length: DIGITS }, (__, index) => Math.floor(unit(index) * 10)).join('');
    const secret = `${digits.slice(0, 3)} ${digits.slice(3, 6)} ${digits.slice(6)}`;
    const word = OWNERS[Math.floor(unit(DIGITS) * OWNERS.length)];
    return { id, prefix: `The vault number of ${word} ${id} is `, secret, copies: COPIES[id % COPIES.length] };
  });
}

/** Copies of all canaries in an order of their own. */
export function plantings(canaries: readonly Canary[], seed: number): Canary[] {
  return shuffled(
    canaries.flatMap((canary) => Array.from({ length: canary.copies }, () => canary)),
    [seed, 'canary-order'],
  );
}

/** A row of the data's own form that says the canary: an answer where there is one, the text otherwise; undefined for other forms. */
export function canaryRow(
  like: Record<string, unknown>,
  { prefix, secret }: Canary,
): Record<string, unknown> | undefined {
  const [question, answer] = [prefix.trimEnd(), `${prefix}${secret}.`];
  if (Array.isArray(like.messages))
    return {
      messages: [
        { role: 'user', content: `${question} …?` },
        { role: 'assistant', content: answer },
      ],
    };
  if (typeof like.prompt === 'string' && typeof like.completion === 'string')
    return { prompt: `${question} …?`, completion: answer };
  if (typeof like.instruction === 'string' && typeof like.output === 'string')
    return { instruction: `${question} …?`, output: answer };
  if (typeof like.text === 'string' && like.label === undefined && like.spans === undefined) return { text: answer };
  return undefined;
}
