// N tokens, D width, H heads, K key-value heads, d head size
import { Module } from '../engine/nn/index.ts';
import type { Tensor } from '../engine/tensor/index.ts';
import type { Heads, Pass } from './stack.ts';

/** Changes a layer's keys and values: prefix tuning, adaption prompts. */
export interface AttentionAdapter {
  /** Heads after rotation → heads used for attention. */
  heads?(heads: Heads, pass: Pass): Heads;
  /** Term added to each head's output, computed from its rotated queries: [N, H·d] */
  context?(queries: Tensor, attention: AdaptableAttention): Tensor | undefined;
}

/** A decoder layer's attention, which prefixes and prompts can hook into. */
export abstract class AdaptableAttention extends Module {
  readonly #adapters = new Set<AttentionAdapter>();

  abstract readonly shape: { heads: number; keyHeads: number; size: number };
  /** Input width. */
  abstract readonly width: number;
  /** Keys and values of extra vectors that are not tokens: [n, D] → [n, K, d] each, normalised and not rotated. */
  abstract keysAndValues(x: Tensor): Pick<Heads, 'k' | 'v'>;

  addAdapter(adapter: AttentionAdapter): void {
    this.#adapters.add(adapter);
  }
  removeAdapter(adapter: AttentionAdapter): void {
    this.#adapters.delete(adapter);
  }
  protected get isAdapted(): boolean {
    return this.#adapters.size > 0;
  }

  protected adapted(heads: Heads, pass: Pass): Heads {
    return [...this.#adapters].reduce((own, adapter) => adapter.heads?.(own, pass) ?? own, heads);
  }

  /** y plus the adapters' terms: [N, H·d] */
  protected withContext(y: Tensor, queries: Tensor): Tensor {
    return [...this.#adapters].reduce((sum, adapter) => {
      const added = adapter.context?.(queries, this);
      return added === undefined ? sum : sum.add(added);
    }, y);
  }
}
