import type { Answer } from '../../answering/generate/generate.ts';
import type { TokenCounts } from '../schemas/common.ts';

/** Tokens of a request, with each prompt counted once regardless of its number of answers. */
export function countsOf(answers: readonly Answer[], n = 1): TokenCounts {
  const firsts = answers.filter((_, row) => row % n === 0);
  return {
    prompt: sum(firsts.map(({ usage }) => usage.prompt)),
    shared: sum(firsts.map(({ usage }) => usage.shared)),
    answer: sum(answers.map(({ usage }) => usage.answer)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
