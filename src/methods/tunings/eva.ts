// N tokens, in features of a layer, r rank
import { greatest } from '../../base/many.ts';
import { isLinear, type LinearAdapter, type LinearLike } from '../../engine/nn/index.ts';
import { fromArray, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { Model } from '../../models/model.ts';
import type { Begun } from '../interfaces.ts';
import type { AdaptableLayer } from './layer-adapter.ts';
import { IncrementalPca } from './incremental-pca.ts';
import type { LoraOptions } from './lora.options.ts';
import { findTargets, fromPattern, type Target } from './targets.ts';

/** A direction counts as converged if its cosine with its value one batch before is at least this. */
const SETTLED = 0.99;

/** Initial LoRA factors, and options with each layer's rank. */
export type ExplainedStart = Begun<LoraOptions>;

/**
 * EVA (Paischer et al., 2024): initialises A with the directions of largest variance in a layer's inputs, and
 * distributes ranks to where they explain most, at most `eva_rho` times the usual rank per layer. Layers that no pass
 * reaches are initialised as usual.
 */
export class ExplainedVariance {
  readonly #options: LoraOptions;
  readonly #targets: readonly Target<AdaptableLayer>[];
  readonly #directions = new Map<string, IncrementalPca>();
  /** Layers that read the same tensor share the first one's directions. */
  readonly #first = new Map<string, string>();

  constructor(model: Model, options: LoraOptions) {
    this.#options = options;
    this.#targets = findTargets(model, options, () => true);
  }

  /** Maximum directions per layer; a pass with fewer tokens is useless. */
  get most(): number {
    const { rank_pattern: ranks, r, eva_rho: rho } = this.#options;
    return Math.round(greatest(Object.values(ranks), r) * rho);
  }

  /** Records the layers' inputs in a pass; `counted` restricts it to some tokens. */
  watch(pass: () => void, counted?: CountedTokens): void {
    const readers = new Map<Tensor, string>();
    const probes = this.#targets.flatMap(({ path, layer }): [LinearLike, LinearAdapter][] => {
      if (!isLinear(layer)) return [];
      const see = (x: Tensor) => this.#see({ path, x, readers, counted });
      return [[layer, { forward: (x, output) => (see(x), output) }]];
    });
    for (const [layer, probe] of probes) layer.addAdapter(probe);
    try {
      pass();
    } finally {
      for (const [layer, probe] of probes) layer.removeAdapter(probe);
    }
  }

  #see({ path, x, readers, counted }: Seen): void {
    const reader = readers.get(x);
    if (reader !== undefined) return void this.#first.set(path, reader);
    readers.set(x, path);
    const width = x.shape[x.shape.length - 1];
    const pca = this.#directions.get(path) ?? new IncrementalPca(Math.min(this.most, width));
    this.#directions.set(path, pca);
    const rows = x.reshape(-1, width);
    // An encoder has different tokens.
    const places = counted?.of === rows.shape[0] ? fromArray(counted.places).toDevice(x.device) : undefined;
    pca.add(places === undefined ? rows : rows.indexSelect(0, places));
  }

  #directionsOf(path: string): IncrementalPca | undefined {
    const found = this.#directions.get(this.#first.get(path) ?? path);
    return found?.components === undefined ? undefined : found;
  }

  /** Whether further passes would hardly change the chosen directions. */
  get isSettled(): boolean {
    const ranks = this.#ranks();
    return [...ranks].every(([path, rank]) => {
      const { similarities = [] } = this.#directionsOf(path) ?? {};
      return (
        rank === 0 || (similarities.length > 0 && similarities.slice(0, rank).every((cosine) => cosine >= SETTLED))
      );
    });
  }

  #usualRank(path: string): number {
    return fromPattern(this.#options.rank_pattern, path) ?? this.#options.r;
  }

  /** Rank of each layer: the directions that explain most, as many in total as with the usual ranks. */
  #ranks(): Map<string, number> {
    const read = this.#targets.map(({ path }) => path).filter((path) => this.#directionsOf(path) !== undefined);
    const budget = read.reduce((sum, path) => sum + this.#usualRank(path), 0);
    const all = read.flatMap((path) => {
      const most = Math.round(this.#usualRank(path) * this.#options.eva_rho);
      return this.#directionsOf(path)!
        .ratios.slice(0, most)
        .map((ratio) => ({ path, ratio }));
    });
    const ranks = new Map(read.map((path) => [path, 0]));
    for (const { path } of all.toSorted((a, b) => b.ratio - a.ratio).slice(0, budget))
      ranks.set(path, ranks.get(path)! + 1);
    return ranks;
  }

  /** Returns the result; the caller owns the directions. */
  take(): ExplainedStart {
    const { r, alpha } = this.#options;
    const ranks = this.#ranks();
    const kept = this.#targets.map(({ path }) => path).filter((path) => ranks.get(path) !== 0);
    const rankOf = (path: string) => ranks.get(path) ?? this.#usualRank(path);
    // Keeps each layer's scale, whatever its rank.
    const alphaOf = (path: string) =>
      ((fromPattern(this.#options.alpha_pattern, path) ?? alpha) * rankOf(path)) / this.#usualRank(path);
    const starts = new Map(
      kept.flatMap((path): [string, Tensor][] => {
        const components = this.#directionsOf(path)?.components;
        if (components === undefined) return [];
        return [[path, scope(() => components.narrow(0, 0, rankOf(path)).clone().own())]];
      }),
    );
    return { options: { ...this.#options, ...pathOptions(kept, { rankOf, alphaOf, r, alpha }) }, starts };
  }

  dispose(): void {
    for (const pca of this.#directions.values()) pca.dispose();
    this.#directions.clear();
  }
}

/** Indices of the tokens that count, among a number of tokens. */
export interface CountedTokens {
  places: BigInt64Array;
  of: number;
}

interface Seen {
  path: string;
  x: Tensor;
  /** Layers by tensor: the first to read it in this pass. */
  readers: Map<Tensor, string>;
  counted: CountedTokens | undefined;
}

/** Options that list each layer by its full path. */
function pathOptions(
  paths: readonly string[],
  { rankOf, alphaOf, r, alpha }: Record<'rankOf' | 'alphaOf', (path: string) => number> & Record<'r' | 'alpha', number>,
) {
  const pattern = (of: (path: string) => number, usual: number) =>
    Object.fromEntries(paths.map((path) => [path, of(path)] as const).filter(([, value]) => value !== usual));
  return {
    target_modules: [...paths],
    layers_to_transform: null,
    exclude_modules: null,
    rank_pattern: pattern(rankOf, r),
    alpha_pattern: pattern(alphaOf, alpha),
  };
}
