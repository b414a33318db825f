import type { Comparison } from '../store/results.ts';
import { isCheapFolder } from '../eval/baselines/cheap-names.ts';
import { keepableCheap, keepSentence } from '../eval/compare/keep-cheap.ts';
import { shellWord, shortPath } from './short-path.ts';

/** Flags that say how rows are read, split and measured; the others are of training a model. */
const OF_ROWS = /^(data\..+|(evaluation\.)?metrics|(training\.)?seed|train|validation|test|group_by|format|columns)$/;

/** The command that trains a cheap system on the same rows: with the recipe's file, or with flags alone. */
export function keepCommand(model: string, flags: Readonly<Record<string, unknown>>, recipe?: string): string {
  const kept = Object.entries(flags)
    .filter(([name]) => OF_ROWS.test(name.replaceAll('-', '_')))
    .flatMap(([name, value]) => [`--${name}`, ...(value === true ? [] : [shellWord(String(value))])]);
  return ['attune train', ...(recipe === undefined ? [] : [shellWord(recipe)]), '--model', model, ...kept].join(' ');
}

/** From a run alone, whose recipe names its own folder. */
export function keepCommandOfRun(folder: string, model: string): string {
  const short = shortPath(folder);
  return keepCommand(model, {}, `${short}/recipe.json`) + ` --output-dir ${shellWord(`${short}-${model}`)}`;
}

/** What to do where a cheap system is no worse than what was trained; from one cheap system to another only if better. */
export function keepAdvice(
  { comparison, result }: { comparison?: Comparison; result: string | null },
  commandOf: (model: string) => string,
): string | undefined {
  const isCheap = result !== null && isCheapFolder(result);
  const cheap = comparison && keepableCheap(comparison, isCheap);
  return cheap && keepSentence(cheap, commandOf(cheap.model));
}
