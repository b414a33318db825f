import { askedModel, isAskingWay } from '../../store/asking-ways.ts';
import type { Comparison } from '../../store/results.ts';
import { cheapModelName } from '../../answering/baselines/cheap-names.ts';
import { conclusionOf } from './conclusion.ts';

/** Origin of a run's systems, by which a recipe names them. */
export interface KeepFrom {
  /** The recipe's model. */
  model?: string;
  /** The run's folder. */
  run?: string;
}

/**
 * The system without training that a comparison recommends instead of the judged one, as a recipe names it: "tfidf",
 * "retrieved:attune-base".
 */
export function keepableSystem(comparison: Comparison, from: KeepFrom = {}): string | undefined {
  const { use } = conclusionOf(comparison);
  if (use === undefined || use === comparison.subject) return undefined;
  return keptName(comparison, use, from);
}

/** A compared system as a recipe's `model` names it; undefined if it cannot be kept. */
export function keptName({ systems }: Comparison, name: string, { model, run }: KeepFrom): string | undefined {
  const system = systems.find((one) => one.name === name);
  if (system?.kind === 'cheap') return cheapModelName(name);
  if (askedModel(name) !== undefined) return name.includes('://') ? undefined : name;
  // In a recipe that keeps a prompting, the model's name follows the way: `WAY:MODEL`.
  const base = model === undefined ? undefined : (askedModel(model)?.model ?? model);
  if (isAskingWay(name)) return base === undefined ? undefined : `${name}:${base}`;
  const isTunedWay = name.startsWith('tuned_') && isAskingWay(name.slice('tuned_'.length));
  return isTunedWay && run !== undefined ? `${name.slice('tuned_'.length)}:${run}` : undefined;
}
