/** Rows with made-up secrets, planted to measure later how much a trained model has memorised. */
import { randomUnits, shuffled } from '@attune/base/random';

/** Each canary is one sentence with a random nine-digit number (Carlini et al., "The Secret Sharer", 2019). */
export interface Canary {
  id: number;
  /** Text in front of the secret: the prompt for a model. */
  prefix: string;
  secret: string;
  /** Number of copies to plant. */
  copies: number;
}

const DIGITS = 9;
/**
 * Text that is seen more often is memorised better, and one copy shows little: the canaries take these counts in turn.
 */
const COPIES = [1, 2, 4, 8];
const OWNERS = 'amber birch cobalt dune ember fjord garnet heath indigo jasper krill lagoon'.split(' ');

/** The same seed makes the same canaries. */
export function makeCanaries(count: number, seed: number): Canary[] {
  return Array.from({ length: count }, (_, id) => {
    const unit = randomUnits([seed, 'canary', id]);
    const digits = Array.from({ length: DIGITS }, (__, index) => Math.floor(unit(index) * 10)).join('');
    const secret = `${digits.slice(0, 3)} ${digits.slice(3, 6)} ${digits.slice(6)}`;
    const word = OWNERS[Math.floor(unit(DIGITS) * OWNERS.length)];
    return { id, prefix: `The vault number of ${word} ${id} is `, secret, copies: COPIES[id % COPIES.length] };
  });
}

/** Copies of all canaries, shuffled. */
export function plantings(canaries: readonly Canary[], seed: number): Canary[] {
  return shuffled(
    canaries.flatMap((canary) => Array.from({ length: canary.copies }, () => canary)),
    [seed, 'canary-order'],
  );
}

/**
 * A row in the form of the data with the canary in it: as the answer where rows have one, else as the text. Undefined
 * for other forms.
 */
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
