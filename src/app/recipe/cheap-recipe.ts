import { isCheapModel } from '../../answering/baselines/cheap-names.ts';
import { describePlace } from './origin.ts';
import type { Settings } from './recipe-settings.ts';

/** Sections and keys about weights, tokens or steps, which a cheap system does not have. */
const UNUSED = [
  'tuning',
  'storage',
  'training',
  'checkpoints',
  'data.max_length',
  'data.long_rows',
  'data.max_windows',
  'data.truncation_side',
  'data.packing',
  'data.chat_template',
  'data.chat_template_kwargs',
  'data.new_tokens',
  'objective.class_weights',
  'evaluation.every',
  'evaluation.samples',
  'evaluation.general',
  'evaluation.overfitting',
  'evaluation.max_forgetting',
  'evaluation.patience',
  'evaluation.instruction',
  'evaluation.max_new_tokens',
];
/** Exceptions: keys that splitting uses. */
const USED = ['training.seed'];

/** Name of the cheap system that the recipe trains, if it trains one. */
export function cheapModelOf(settings: Settings): string | undefined {
  const model = settings.get('model')?.value;
  return typeof model === 'string' && isCheapModel(model) ? model : undefined;
}

/**
 * Lets a model's recipe be used for a cheap system: settings that do not apply are reported and ignored; flags that
 * do not apply are errors.
 */
export function settleCheap(settings: Settings): void {
  const model = cheapModelOf(settings);
  if (model === undefined) return;
  const idle = [...settings.entries()].filter(
    ([path]) => !USED.includes(path) && UNUSED.some((one) => isWithin(path, one)),
  );
  for (const [path, { written }] of idle) {
    if (written.path === undefined && written.name.startsWith('--'))
      settings.problem(written, `is not a setting of ${model}, which has no weights to train`, 'remove it');
    settings.delete(path);
  }
  const [first] = idle;
  const inFile = idle.filter(([, { written }]) => written.path !== undefined).map(([path]) => path);
  if (inFile.length === 0) return;
  const place = settings.origin.file ?? describePlace(settings.origin, first[1].written);
  settings.notices.push(`${place}: ${model} has no weights to train, so ${listed(inFile)} do not apply`);
}

function isWithin(path: string, section: string): boolean {
  return path === section || path.startsWith(`${section}.`);
}

/** Shortens paths of complete sections to the section's name. */
function listed(paths: readonly string[]): string {
  const names = paths.map((path) => UNUSED.find((one) => isWithin(path, one))!);
  return [...new Set(names)].join(', ');
}
