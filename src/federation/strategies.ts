/** Averages of the sites' weights: pure functions, used by coordinator, sites and simulator. */
import type { Weights } from './weights.ts';
import { combine, normOf } from './weights.ts';
import { averageProducts } from './products.ts';
import type { Averaged, Update } from './updates.ts';

export interface Strategy {
  /** For people. */
  title: string;
  /** Whether sites freeze LoRA's A at the common initial value, and train and send B alone. */
  freezesA: boolean;
  /** Whether sums over sites suffice, so that secure aggregation is possible. */
  isSum: boolean;
  /** Averages the sites' weights. */
  average(updates: readonly Update[]): Averaged;
}

/** Mean of the sites' weights, weighted by their rows (McMahan et al., 2017). */
export function weightedMean(updates: readonly Update[]): Weights {
  const total = updates.reduce((sum, { examples }) => sum + examples, 0);
  const shares = updates.map(({ examples }) => examples / total);
  return combine(
    updates.map(({ weights }) => weights),
    (parts, place) => parts.reduce((sum, values, site) => sum + shares[site] * values[place], 0),
  );
}

export const strategies = {
  /** With A frozen, the mean of B A is mean(B) A (Sun et al., "FFA-LoRA", 2024). */
  ffa: {
    title: 'FFA-LoRA: B alone is trained and averaged, exactly',
    freezesA: true,
    isSum: true,
    average: (updates) => ({ weights: weightedMean(updates), error: 0 }),
  },
  /** For tunings whose change is linear in the weights. For LoRA, mean(B) mean(A) is not the mean of B A. */
  fedavg: {
    title: 'FedAvg: all trained weights are averaged',
    freezesA: false,
    isSum: true,
    average: (updates) => ({ weights: weightedMean(updates), error: 0 }),
  },
  /** Averages B A and truncates it to the rank by its singular values. */
  product: {
    title: 'product: B A is averaged and truncated to the rank',
    freezesA: false,
    isSum: false,
    average: averageProducts,
  },
} as const satisfies Record<string, Strategy>;

export type StrategyName = keyof typeof strategies;

export const strategyNames = Object.keys(strategies) as StrategyName[];

/** Weights that are exchanged between sites and coordinator. */
export function travelling(weights: Weights, strategy: StrategyName): Weights {
  return strategies[strategy].freezesA
    ? new Map([...weights].filter(([name]) => !name.endsWith('.lora_A.weight')))
    : weights;
}

/** Change from `before` to `after`. */
export function changeOf(after: Weights, before: Weights): Weights {
  return combine([after, before], ([a, b], place) => a[place] - b[place]);
}

/** A change scaled down to a norm of at most `most`. */
export function clipped(change: Weights, most: number): Weights {
  const norm = normOf(change);
  return norm <= most ? change : combine([change], ([values], place) => (values[place] * most) / norm);
}

/** `before` plus `change`. */
export function applied(before: Weights, change: Weights): Weights {
  return combine([before, change], ([a, b], place) => a[place] + b[place]);
}
