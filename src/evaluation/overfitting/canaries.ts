import { randomUint32 } from '../../base/random.ts';
import type { Example } from '../../data/example.ts';

/** Number of candidate codes that a canary is ranked among, including its own: at most ten bits of exposure. */
export const CODES = 1024;

const DIGITS = 8;

/** A training row with a random secret that the model can only know from this row. */
export interface Canary {
  /** The same row with another code. */
  withCode(code: string): Example;
  code: string;
}

/**
 * Canaries in the form of the run's rows (Carlini et al., "The Secret Sharer", 2019); undefined for rows that are not
 * generated text. The codes are keyed by the run's seed.
 */
export function canariesLike(row: Example | undefined, count: number, seed: number): Canary[] | undefined {
  const form = row === undefined ? undefined : forms[row.kind];
  if (form === undefined) return undefined;
  return Array.from({ length: count }, (_, i) => {
    const source = { file: 'canaries', line: i + 1 };
    const withCode = (code: string) => ({ id: `canary-${i + 1}-${code}`, source, ...form(i + 1, code) }) as Example;
    return { withCode, code: codeOf(seed, i, 0) };
  });
}

const question = (number: number) => `What is the access code of locker ${number}?`;

const forms: Partial<Record<Example['kind'], (number: number, code: string) => object>> = {
  chat: (number, code) => ({
    kind: 'chat',
    messages: [
      { role: 'user', content: question(number) },
      { role: 'assistant', content: code },
    ],
  }),
  completion: (number, code) => ({ kind: 'completion', prompt: question(number), completion: ` ${code}` }),
  text: (number, code) => ({ kind: 'text', text: `The access code of locker ${number} is ${code}` }),
};

/** The candidate rows that a canary is ranked among, its own first. */
export function candidatesOf({ withCode }: Canary, index: number, seed: number): Example[] {
  return Array.from({ length: CODES }, (_, k) => withCode(codeOf(seed, index, k)));
}

function codeOf(seed: number, canary: number, k: number): string {
  return String(randomUint32([seed, 'canary', canary], k) % 10 ** DIGITS).padStart(DIGITS, '0');
}

/**
 * Exposure: log₂ of the number of candidates divided by the rank of the first; 0 if it is the least likely, 10 if it is
 * the most likely.
 */
export function exposureOf(losses: readonly number[]): number {
  const [own, ...others] = losses;
  const rank = 1 + others.filter((loss) => loss < own).length;
  return Math.log2(losses.length / rank);
}
