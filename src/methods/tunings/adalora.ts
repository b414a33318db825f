// N tokens, in and out features, r rank
import { keyedNormal } from '../../models/initialise.ts';
import { Dropout, Parameter, type LinearLike, type Term } from '../../engine/nn/index.ts';
import { aten, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { AdaloraOptions } from './adalora.options.ts';
import { hasTransposed } from './adapter-file.ts';
import { LayerAdapter } from './layer-adapter.ts';
import { begin, tuneLayers, type LinearTarget, type Start } from './layer-method.ts';
import { ROOT } from './peft-adapter.ts';
import { RankBudget, type Triplets } from './rank-budget.ts';
import { writeTargets } from './target-options.ts';

/** W + scale · B diag(E) A: r triplets of column, singular value and row. */
class AdaloraAdapter extends LayerAdapter<LinearLike> implements Triplets {
  /** [r, in] */
  readonly lora_A: Parameter;
  /** [out, r] */
  readonly lora_B: Parameter;
  /** [r, 1] */
  readonly lora_E: Parameter;
  readonly #scale: number;
  readonly #dropout: Dropout;

  constructor({ path, layer }: LinearTarget, { alpha, dropout }: AdaloraOptions, rank: number) {
    super(path, layer);
    this.lora_A = new Parameter([rank, layer.inFeatures]);
    this.lora_B = new Parameter([layer.outFeatures, rank]);
    this.lora_E = new Parameter([rank, 1]);
    // As in PEFT, which avoids a division by zero.
    this.#scale = alpha / (rank + 1e-5);
    this.#dropout = new Dropout(dropout, `adalora:${path}`);
    this.attach();
  }

  /** [r, in], multiplied by the singular values and the scale */
  #rows(): Tensor {
    return this.lora_A.tensor.mul(this.lora_E.tensor).mul(this.#scale);
  }

  forward(x: Tensor, output: Tensor): Tensor {
    return this.terms(x).reduce((sum, { hidden, weight }) => sum.add(aten.linear.default(hidden, weight)), output);
  }

  terms(x: Tensor): Term[] {
    if (!this.isActive) return [];
    const hidden = aten.linear.default(this.#dropout.forward(x), this.#rows().to(x.dtype)); // [N, r]
    return [{ hidden, weight: this.lora_B.value(x.dtype) }];
  }

  override merged(weight: Tensor): Tensor {
    return weight.add(this.lora_B.tensor.matmul(this.#rows()));
  }
}

/** PEFT's initialisation: A and B normal with standard deviation 0.02, singular values zero. */
function initialise(adapter: AdaloraAdapter, start: Start): AdaloraAdapter {
  const { lora_A: a, lora_B: b, lora_E: e, path } = adapter;
  begin(a, start, (seed) => keyedNormal(a.shape, { seed, path: `lora_A:${path}` }, 0.02));
  begin(b, start, (seed) => keyedNormal(b.shape, { seed, path: `lora_B:${path}` }, 0.02));
  begin(e, start, () => zeros(e.shape));
  return adapter;
}

/** Number of triplets of a layer: the remaining ones in an adapter that PEFT pruned when saving. */
function rankOf(path: string, { init_r, rank_pattern: kept }: AdaloraOptions): number {
  if (kept === undefined) return init_r;
  const entry = [path, ROOT + path].map((one) => kept[`${one}.lora_E`]).find((found) => found !== undefined);
  return entry?.filter(Boolean).length ?? init_r;
}

export const { create, open } = tuneLayers<AdaloraOptions>({
  peftType: 'ADALORA',
  parts(targets, options, start) {
    const adapters = targets.map((target) =>
      initialise(new AdaloraAdapter(target, options, rankOf(target.path, options)), start),
    );
    return [...adapters, new RankBudget(adapters, options)];
  },
  config: (options, targets) => ({
    ...writeTargets(options),
    alpha_pattern: {},
    beta1: options.beta1,
    beta2: options.beta2,
    deltaT: options.delta_t,
    fan_in_fan_out: hasTransposed(targets),
    init_lora_weights: true,
    init_r: options.init_r,
    lora_alpha: options.alpha,
    lora_dropout: options.dropout,
    orth_reg_weight: options.orth_reg_weight,
    r: options.target_r,
    // Pruned triplets are saved as zeros: PEFT would load shortened tensors with another scale.
    rank_pattern: options.rank_pattern ?? null,
    target_r: options.target_r,
    tfinal: options.tfinal,
    tinit: options.tinit,
    total_step: options.total_step ?? options.tinit + options.tfinal + 1,
    use_dora: false,
    use_rslora: false,
  }),
});
