// in and out features of a layer, r rank
import type { LinearLike, Term } from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import { LayerAdapter } from './layer-adapter.ts';

/** A change that is a product of two factors: W + B A. */
export abstract class FactorAdapter extends LayerAdapter<LinearLike> {
  /** A [r, in] and B [out, r], recomputed in each pass. */
  protected abstract factors(): [Tensor, Tensor];

  forward(x: Tensor, output: Tensor): Tensor {
    return this.terms(x).reduce((sum, { hidden, weight }) => sum.add(aten.linear.default(hidden, weight)), output);
  }

  terms(x: Tensor): Term[] {
    if (!this.isActive) return [];
    const [a, b] = this.factors();
    return [{ hidden: aten.linear.default(x, a.to(x.dtype)), weight: b.to(x.dtype) }];
  }

  override merged(weight: Tensor): Tensor {
    const [a, b] = this.factors();
    return weight.add(b.matmul(a));
  }
}
