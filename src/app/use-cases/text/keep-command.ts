import type { Comparison } from '../../../store/results.ts';
import { keepableCheap } from '../../../evaluation/compare/keep-cheap.ts';
import { shellWord } from '../../../base/shell-word.ts';
import { shortPath } from '../../terminal/short-path.ts';

/** Flags about reading, splitting and evaluating rows; other flags are about training a model. */
const OF_ROWS = /^(data\..+|(evaluation\.)?metrics|(training\.)?seed|train|validation|test|group_by|format|columns)$/;

/** Command that trains a cheap system on the same rows, with the recipe's file or with flags only. */
export function keepCommand(model: string, flags: Readonly<Record<string, unknown>>, recipe?: string): string {
  const kept = Object.entries(flags)
    .filter(([name]) => OF_ROWS.test(name.replaceAll('-', '_')))
    .flatMap(([name, value]) => [`--${name}`, ...(value === true ? [] : [shellWord(String(value))])]);
  return ['attune train', ...(recipe === undefined ? [] : [shellWord(recipe)]), '--model', model, ...kept].join(' ');
}

/** Command for a finished run, whose recipe contains its folder. */
export function keepCommandOfRun(folder: string, model: string): string {
  const short = shortPath(folder);
  return keepCommand(model, {}, `${short}/recipe.json`) + ` --output-dir ${shellWord(`${short}-${model}`)}`;
}

/** Advice on how to get the cheap system that the verdict recommends. */
export function keepAdvice(
  comparison: Comparison | undefined,
  commandOf: (model: string) => string,
): string | undefined {
  const model = comparison && keepableCheap(comparison);
  return model && `to use it: ${commandOf(model)}`;
}
