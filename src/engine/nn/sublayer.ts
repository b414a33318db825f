// N tokens, D width
import type { Tensor } from '../tensor/index.ts';
import { AdapterList } from './adapter-route.ts';
import { Module } from './module.ts';

/** A change of what a sublayer adds to the residual stream (bottleneck adapters). */
export interface SublayerAdapter {
  /** The new output, from the sublayer's input `read` and its output so far: [N, D] each; `read` may be narrower. */
  forward(read: Tensor, output: Tensor): Tensor;
}

export type SublayerKind = 'attention' | 'cross_attention' | 'mlp';

/** The place of adapters around attention or a feed-forward network, just before its result is added to what it read. */
export class Sublayer extends Module {
  readonly kind: SublayerKind;
  /** Width of the output. */
  readonly width: number;
  readonly #adapters = new AdapterList<SublayerAdapter>();

  constructor(kind: SublayerKind, width: number) {
    super();
    this.kind = kind;
    this.width = width;
  }

  /** Whether no adapter acts just now: operators that compute past this place may be used. */
  get isIdle(): boolean {
    return this.#adapters.isIdle;
  }

  addAdapter(adapter: SublayerAdapter): void {
    this.#adapters.add(adapter);
  }
  removeAdapter(adapter: SublayerAdapter): void {
    this.#adapters.remove(adapter);
  }

  /** The sublayer's output [N, D] with the adapters that act. */
  change(read: Tensor, output: Tensor): Tensor {
    return this.#adapters.change(read, output, (adapter, own, result) => adapter.forward(own, result));
  }
}
