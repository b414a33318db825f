import type { Comparison } from '../../../store/results.ts';
import { keepableCheap } from '../../../evaluation/compare/keep-cheap.ts';
import { shellWord } from '../../../base/shell-word.ts';
import { shortPath } from '../../terminal/short-path.ts';

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

/** How to have the cheap system that the verdict says to use. */
export function keepAdvice(
  comparison: Comparison | undefined,
  commandOf: (model: string) => string,
): string | undefined {
  const model = comparison && keepableCheap(comparison);
  return model && `to use it: ${commandOf(model)}`;
}
