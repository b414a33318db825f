import type { SettingSource } from '../../base/events.ts';
import { formatCount, formatNumber, plural } from '../../base/format.ts';
import type { BaseKind } from '../../models/base-facts.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { SettledTraining } from '../../methods/recipe/base-recipe.ts';
import { suggestedTraining, type TrainingFacts } from '../../training/suggested-training.ts';
import { trainingFacts } from './training-facts.ts';
import type { ReadRows } from './read-rows.ts';
import type { RunContext } from './run-context.ts';

/**
 * Decides the settings that the recipe leaves open, or reuses those of an earlier part of the run, and reports them.
 */
export async function settleTraining({ context, base, train }: ReadRows): Promise<SettledTraining> {
  const { recipe, earlier, emit } = context;
  const facts = { ...(await trainingFacts(base, recipe)), rows: train.rows.length };
  const suggested = suggestedTraining(facts);
  const settled = earlier?.training ?? merged(recipe.training, suggested);
  const sources = {
    learning_rate: rateSource(context),
    // A fixed number of steps takes precedence over epochs.
    epochs: recipe.training.max_steps === null ? sourceOf(recipe.training.epochs) : 'recipe',
    batch_size: sourceOf(recipe.training.batch_size),
  };
  warnOfRate(context, settled.learning_rate, { suggested: suggested.learning_rate, basis: basisOf(facts) });
  emit({ type: 'training-settled', ...settled, sources, basis: basisOf(facts) });
  return settled;
}

/** Multiple of the suggested rate beyond which hardly any run learns. */
const HIGHEST_RATE = 100;

function warnOfRate({ recipe, emit }: RunContext, rate: number, usual: { suggested: number; basis: string }): void {
  const times = rate / usual.suggested;
  // Other optimisers use other scales.
  if (times <= HIGHEST_RATE || !recipe.training.optimizer.name.startsWith('adam')) return;
  const compared = `${formatNumber(times, 2)} times the suggested ${usual.suggested} for ${usual.basis}`;
  const message = `learning rate ${rate} is ${compared}: training is likely to diverge`;
  emit({ type: 'warning-raised', code: 'W_LEARNING_RATE', message });
}

/** With `auto` the suggestion applies until trials have found a better rate. */
function merged(
  { learning_rate, epochs, batch_size }: Recipe['training'],
  suggested: SettledTraining,
): SettledTraining {
  return {
    learning_rate: typeof learning_rate === 'number' ? learning_rate : suggested.learning_rate,
    epochs: epochs ?? suggested.epochs,
    batch_size: batch_size ?? suggested.batch_size,
  };
}

function sourceOf(value: number | null): SettingSource {
  return value === null ? 'base' : 'recipe';
}

function rateSource({ recipe, earlier }: RunContext): SettingSource {
  const { learning_rate: rate } = recipe.training;
  if (rate === 'auto') return earlier === undefined ? 'pending' : 'trials';
  return sourceOf(rate);
}

const KIND_NAMES: Record<BaseKind, string> = {
  decoder: 'a decoder',
  encoder: 'an encoder',
  'encoder-decoder': 'an encoder-decoder',
  vision: 'an image model',
  speech: 'a speech model',
  items: 'a recommender',
};

/** "LoRA for sft, a decoder of 5.8 M parameters, 600 rows". */
export function basisOf({ kind, objective, parameters, tuning, rows }: Omit<TrainingFacts, 'rate'>): string {
  const tuned = { lora: 'LoRA', full: 'all weights', freeze: 'the last blocks' }[tuning] ?? tuning;
  const size = `${tuned} for ${objective}, ${KIND_NAMES[kind]} of ${shortCount(parameters)} parameters`;
  return rows === undefined ? size : `${size}, ${plural(rows, 'rows')}`;
}

function shortCount(parameters: number): string {
  if (parameters >= 1e9) return `${formatNumber(parameters / 1e9, 2)} B`;
  return parameters >= 1e6 ? `${formatNumber(parameters / 1e6, 2)} M` : formatCount(parameters);
}
