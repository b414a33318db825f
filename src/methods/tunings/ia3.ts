// N tokens, in and out features
import type { Model } from '../../models/model.ts';
import { notesRows, Parameter, tapScale, type LinearLike } from '../../engine/nn/index.ts';
import { ones, type Tensor } from '../../engine/tensor/index.ts';
import { hasTransposed } from './adapter-file.ts';
import type { Ia3Options } from './ia3.options.ts';
import { LayerAdapter } from './layer-adapter.ts';
import { begin, tuneLayers, type LinearTarget } from './layer-method.ts';
import { adaptable, isNamed, matcher, type Wanted } from './targets.ts';

/** Scales a layer's output (including its bias) or its input: (IA)³ (Liu et al., 2022). */
class Ia3Adapter extends LayerAdapter<LinearLike> {
  /** [out, 1]; [1, in] if the input is scaled */
  readonly ia3_l: Parameter;
  readonly #scalesInput: boolean;

  constructor({ path, layer }: LinearTarget, scalesInput: boolean) {
    super(path, layer);
    this.#scalesInput = scalesInput;
    this.ia3_l = new Parameter(scalesInput ? [1, layer.inFeatures] : [layer.outFeatures, 1]);
    this.attach();
  }

  input(x: Tensor): Tensor {
    return this.isActive && this.#scalesInput ? this.#scaled(x) : x;
  }

  forward(_x: Tensor, output: Tensor): Tensor {
    return this.isActive && !this.#scalesInput ? this.#scaled(output) : output;
  }

  #scaled(x: Tensor): Tensor {
    const scale = this.ia3_l.value(x.dtype).flatten();
    return notesRows() ? tapScale(x.mul(scale.detach()), x, { weight: this.ia3_l }) : x.mul(scale);
  }

  override merged(weight: Tensor): Tensor {
    return weight.mul(this.ia3_l.tensor);
  }

  override mergedBias(bias: Tensor): Tensor {
    return this.#scalesInput ? bias : bias.mul(this.ia3_l.tensor.flatten());
  }
}

/** Second feed-forward layers, by their names in the supported architectures. */
const FEED_FORWARD = [
  'down_proj',
  'fc2',
  'wo',
  'mlp.c_proj',
  'dense_4h_to_h',
  'output.dense',
  'output_dense',
  'lin2',
  'Wo',
  'w2',
  'output_linear',
];
/** Keys and values, including layers that compute them together with the queries. */
// prettier-ignore
const KEYS_AND_VALUES = [
  'k_proj', 'v_proj', 'key', 'value', 'k', 'v', 'k_lin', 'v_lin', 'c_attn', 'qkv_proj', 'query_key_value', 'Wqkv',
];

/** `all-linear` means the method's usual layers; throws if a model has none of these names. */
function wantedOf(options: Ia3Options, model: Model): Wanted {
  if (options.target_modules !== 'all-linear') return options;
  const usual = [...KEYS_AND_VALUES, ...FEED_FORWARD];
  const paths = adaptable(model).map(({ path }) => path);
  const found = usual.filter((name) => paths.some((path) => isNamed(path, name)));
  return { ...options, target_modules: found.length > 0 ? found : usual };
}

/** Matches full paths by a regular expression, or names by their ends, as in PEFT. */
function feedForward(given: Ia3Options['feedforward_modules']): (target: LinearTarget) => boolean {
  if (given === null) return ({ path }) => FEED_FORWARD.some((name) => isNamed(path, name));
  if (typeof given !== 'string') return ({ path }) => given.some((name) => path.endsWith(name));
  const matches = matcher(given);
  return ({ path }) => matches(path);
}

/** PEFT requires feed-forward modules to be among all modules' names; full paths always are. */
function namesOf(options: Ia3Options, targets: readonly LinearTarget[]) {
  const { target_modules: all, feedforward_modules: given } = options;
  const inner = targets.filter(feedForward(given));
  const names = given ?? FEED_FORWARD.filter((name) => inner.some(({ path }) => isNamed(path, name)));
  const areKnown = !Array.isArray(all) || !Array.isArray(names) || names.every((name) => all.includes(name));
  // PEFT's (IA)³ does not support layer numbers.
  if (areKnown && options.layers_to_transform === null) return { feedforward_modules: names };
  const paths = (some: readonly LinearTarget[]) => some.map(({ path }) => path).toSorted();
  return { target_modules: paths(targets), feedforward_modules: paths(inner) };
}

export const { create, open } = tuneLayers<Ia3Options>({
  peftType: 'IA3',
  wanted: wantedOf,
  parts(targets, options, start) {
    const isInner = feedForward(options.feedforward_modules);
    return targets.map((target) => {
      const adapter = new Ia3Adapter(target, isInner(target));
      begin(adapter.ia3_l, start, () => ones(adapter.ia3_l.shape));
      return adapter;
    });
  },
  config: (options, targets) => ({
    exclude_modules: options.exclude_modules,
    fan_in_fan_out: hasTransposed(targets),
    init_ia3_weights: true,
    ...namesOf(options, targets),
  }),
});
