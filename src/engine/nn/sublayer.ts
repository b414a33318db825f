// N tokens, D width
import type { Tensor } from '../tensor/index.ts';
import { AdapterList } from './adapter-route.ts';
import { Module } from './module.ts';

/** Changes a sublayer's contribution to the residual stream (bottleneck adapters). */
export interface SublayerAdapter {
  /** The new output, from the sublayer's input `read` and its output so far: [N, D] each; `read` may be narrower. */
  forward(read: Tensor, output: Tensor): Tensor;
}

export type SublayerKind = 'attention' | 'cross_attention' | 'mlp';

/** Attachment point of adapters around attention or a feed-forward network, just before the residual connection. */
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

  /** Whether no adapter is active, so that fused operators may skip this point. */
  get isIdle(): boolean {
    return this.#adapters.isIdle;
  }

  addAdapter(adapter: SublayerAdapter): void {
    this.#adapters.add(adapter);
  }
  removeAdapter(adapter: SublayerAdapter): void {
    this.#adapters.remove(adapter);
  }

  /** Applies the active adapters to the sublayer's output [N, D]. */
  change(read: Tensor, output: Tensor): Tensor {
    return this.#adapters.change(read, output, (adapter, own, result) => adapter.forward(own, result));
  }
}
