import type { Comparison } from '../../../store/results.ts';
import { keepableSystem, type KeepFrom } from '../../../evaluation/compare/keep-system.ts';
import { shellWord } from '../../../base/shell-word.ts';
import { shortPath } from '../../terminal/short-path.ts';

/** Flags about reading, splitting, prompting and evaluating rows; other flags are about training a model. */
const OF_ROWS =
  /^(data\..+|prompting(\..+)?|passages|encoder|shots|(evaluation\.)?instruction|(evaluation\.)?metrics|(training\.)?seed|train|validation|test|group_by|format|columns)$/;

/** Command that keeps a system that needs no training, on the same rows, with the recipe's file or with flags only. */
export function keepCommand(model: string, flags: Readonly<Record<string, unknown>>, recipe?: string): string {
  const kept = Object.entries(flags)
    .filter(([name]) => OF_ROWS.test(name.replaceAll('-', '_')))
    .flatMap(([name, value]) => [`--${name}`, ...(value === true ? [] : [shellWord(String(value))])]);
  return [
    'attune train',
    ...(recipe === undefined ? [] : [shellWord(recipe)]),
    '--model',
    shellWord(model),
    ...kept,
  ].join(' ');
}

/** Command for a finished run, whose recipe contains its folder. */
export function keepCommandOfRun(folder: string, model: string): string {
  const short = shortPath(folder);
  return keepCommand(model, {}, `${short}/recipe.json`) + ` --output-dir ${shellWord(keptFolder(short, model))}`;
}

/** Folder next to a run for the system that is kept instead: "runs/tickets-retrieved-attune-base". */
export function keptFolder(run: string, model: string): string {
  return `${run}-${model.replaceAll(/[^\w.-]+/g, '-')}`;
}

/** Advice on how to get the system that the verdict recommends. */
export function keepAdvice(
  comparison: Comparison | undefined,
  commandOf: (model: string) => string,
  from: KeepFrom = {},
): string | undefined {
  const model = comparison && keepableSystem(comparison, from);
  return model && `to use it: ${commandOf(model)}`;
}
