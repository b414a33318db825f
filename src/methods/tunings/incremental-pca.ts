// n vectors of a batch, D features, k components
import { aten, cat, noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';

/** Incremental principal component analysis (Ross et al., 2008), as in scikit-learn. */
export class IncrementalPca {
  readonly #count: number;
  /** State, owned: mean and variance f64 [D], components f32 [k, D], singular values f32 [k]. */
  #known: { mean: Tensor; variance: Tensor; components: Tensor; values: Tensor } | undefined;
  #seen = 0;
  #ratios: number[] = [];
  #similarities: number[] = [];

  /** `count`: components, at most the features. */
  constructor(count: number) {
    this.#count = count;
  }

  /** f32 [k, D]; unit rows, by descending explained variance. Undefined before the first batch. */
  get components(): Tensor | undefined {
    return this.#known?.components;
  }
  /** Share of the variance that each component explains. */
  get ratios(): readonly number[] {
    return this.#ratios;
  }
  /** Cosine between each component and its value one batch before; empty after the first batch. */
  get similarities(): readonly number[] {
    return this.#similarities;
  }

  /** x [n, D]; batches with fewer vectors than components are skipped. */
  add(x: Tensor): void {
    if (x.shape[0] < this.#count) return;
    noGrad(() => scope(() => this.#fit(x.detach().to('f32'))));
  }

  #fit(x: Tensor): void {
    const [n] = x.shape;
    const known = this.#known;
    const total = this.#seen + n;
    const batchMean = x.to('f64').mean(0); // [D]
    const batchVariance = x.to('f64').sub(batchMean).pow(2).mean(0);
    const [old, share] = [known?.mean ?? batchMean.mul(0), n / total];
    const step = batchMean.sub(old);
    const mean = old.add(step.mul(share));
    const between = step.pow(2).mul(share * (1 - share));
    const variance = (known?.variance ?? batchVariance.mul(0))
      .mul(1 - share)
      .add(batchVariance.mul(share))
      .add(between);
    const centred = x.sub(batchMean.to('f32'));
    const shift = old
      .sub(batchMean)
      .to('f32')
      .mul(Math.sqrt((this.#seen / total) * n));
    const stacked =
      known === undefined
        ? centred
        : cat([known.components.mul(known.values.unsqueeze(1)), centred, shift.unsqueeze(0)]);
    const [, values, rows] = aten.linalg_svd.default(stacked, { full_matrices: false });
    const components = turned(rows.narrow(0, 0, this.#count));
    const top = values.narrow(0, 0, this.#count);
    const scale = 1 / Math.max(variance.sum().item() * total, Number.MIN_VALUE);
    this.#ratios = [...top.pow(2).mul(scale).toNumbers()];
    this.#similarities = known === undefined ? [] : [...components.mul(known.components).sum(1).toNumbers()];
    this.#seen = total;
    this.dispose();
    this.#known = {
      mean: mean.own(),
      variance: variance.own(),
      components: components.own(),
      values: top.clone().own(),
    };
  }

  dispose(): void {
    for (const tensor of Object.values(this.#known ?? {})) tensor.dispose();
    this.#known = undefined;
  }
}

/** Flips the sign of rows so that their largest number is positive. */
function turned(rows: Tensor): Tensor {
  const places = aten.argmax.default(aten.abs.default(rows), { dim: 1 });
  return rows.mul(aten.sign.default(aten.gather.default(rows, 1, places.unsqueeze(1))));
}
