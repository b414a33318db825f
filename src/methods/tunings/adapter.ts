// N tokens, D width, B bottleneck
import { capitalised, withArticle } from '../../base/articles.ts';
import { AttuneError } from '../../base/errors.ts';
import { keyedNormal } from '../../models/initialise.ts';
import type { Model } from '../../models/model.ts';
import {
  activations,
  Dropout,
  Linear,
  Module,
  Parameter,
  Sublayer,
  type Activation,
  type SublayerAdapter,
} from '../../engine/nn/index.ts';
import { noGrad, ones, scope, zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { OpenContext, Trainable, Tuning, TuningContext } from '../interfaces.ts';
import { adapterConfig } from './adapter-file.ts';
import type { AdapterOptions } from './adapter.options.ts';
import { begin, type Start } from './layer-method.ts';
import { kaimingUniform } from './lora.ts';
import { PeftAdapter, ROOT, type AdapterPart } from './peft-adapter.ts';
import { saveModules } from './saved-modules.ts';
import { refuseUnmatched, wantedPaths } from './targets.ts';
import { refuseTokens } from './token-indices.ts';

interface Place {
  path: string;
  sublayer: Sublayer;
}

/** s · W_up f(W_down h + b_down) + b_up, added to a sublayer's output h, or computed from its input (`parallel`). */
export class BottleneckAdapter extends Module implements AdapterPart, SublayerAdapter {
  readonly adapter_down: Linear;
  readonly adapter_up: Linear;
  /** [1] */
  readonly scaling?: Parameter;
  readonly path: string;
  readonly #sublayer: Sublayer;
  readonly #factor: number;
  readonly #isParallel: boolean;
  readonly #activation: Activation;
  readonly #dropout: Dropout;

  constructor({ path, sublayer }: Place, options: AdapterOptions) {
    super();
    const { width } = sublayer;
    const { bottleneck_size: given, reduction_factor: factor, scaling } = options;
    const size = given ?? Math.max(1, Math.floor(width / factor!));
    this.path = path;
    this.adapter_down = new Linear(width, size, { bias: true });
    this.adapter_up = new Linear(size, width, { bias: true });
    if (scaling === 'learned') this.scaling = new Parameter([1]);
    this.#factor = scaling === 'learned' ? 1 : scaling;
    this.#sublayer = sublayer;
    this.#isParallel = options.style === 'parallel';
    this.#activation = activations[options.non_linearity];
    this.#dropout = new Dropout(options.dropout, `adapter:${path}`);
    this.switch(true);
  }

  /** sublayer's input and output [N, D] → [N, D] */
  forward(read: Tensor, output: Tensor): Tensor {
    const inner = this.#activation(this.adapter_down.forward(this.#isParallel ? read : output)); // [N, B]
    const added = this.adapter_up.forward(inner);
    const scaled = this.scaling === undefined ? this.#scale(added) : added.mul(this.scaling.value(added.dtype));
    return output.add(this.#dropout.forward(scaled));
  }

  #scale(x: Tensor): Tensor {
    return this.#factor === 1 ? x : x.mul(this.#factor);
  }

  get trainables(): Trainable[] {
    return [...this.parameters()].map(([name, parameter]) => ({
      name: `${ROOT}${this.path}.${name}`,
      parameter,
      decays: name.endsWith('.weight'),
    }));
  }

  switch(isActive: boolean): void {
    if (isActive) this.#sublayer.addAdapter(this);
    else this.#sublayer.removeAdapter(this);
  }

  settle(dtype: DType): void {
    for (const [, parameter] of this.parameters()) parameter.assign(parameter.tensor.to(dtype));
  }

  merge(): never {
    throw new AttuneError('E_NOT_MERGEABLE', {
      what: 'A bottleneck adapter is not linear: it cannot be merged into the model’s weights',
      fix: 'use the base model and the adapter together, or tune with lora',
    });
  }
  unmerge(): void {}

  override dispose(): void {
    this.switch(false);
    super.dispose();
  }
}

/** Places of a style's adapters, in the model's order. @throws E_NO_TARGETS if there are none */
function placesOf(model: Model, options: AdapterOptions): Place[] {
  const { style, cross_attention, layers_to_transform } = options;
  // Image readers stay frozen in text models.
  const apart = new Set(
    (model.trunk.imageReader?.modules ?? []).flatMap((part) => [...part.modules()].map(([, m]) => m)),
  );
  const all = [...model.modules()].flatMap(([path, module]) =>
    module instanceof Sublayer && !apart.has(module) ? [{ path, sublayer: module }] : [],
  );
  if (all.length === 0) {
    throw new AttuneError('E_NO_TARGETS', {
      what: `${capitalised(withArticle(model.architecture.modelType))} model has no attention and MLP for bottleneck adapters`,
      fix: 'choose another tuning: lora, or full',
    });
  }
  const isMeant = ({ kind }: Sublayer) =>
    kind === 'mlp' || (style === 'houlsby' && (kind === 'attention' || cross_attention));
  const isWanted = wantedPaths({ target_modules: 'all-linear', layers_to_transform });
  return all.filter(({ path, sublayer }) => isMeant(sublayer) && isWanted(path));
}

function initialise(adapter: BottleneckAdapter, start: Start, kind: AdapterOptions['init_weights']): void {
  for (const [name, parameter] of adapter.parameters()) {
    begin(parameter, start, (seed) => {
      const key = { seed, path: `adapter:${adapter.path}.${name}` };
      if (name === 'scaling') return ones(parameter.shape);
      if (name.endsWith('.bias')) return zeros(parameter.shape);
      if (kind === 'bert') return keyedNormal(parameter.shape, key, 0.02);
      return name === 'adapter_up.weight' ? zeros(parameter.shape) : kaimingUniform(parameter, key);
    });
  }
}

function build(model: Model, options: AdapterOptions, { seed, owner }: OpenContext & { seed?: number }): Tuning {
  const places = placesOf(model, options);
  const adapters = noGrad(() =>
    scope(() =>
      places.map((place) => {
        const adapter = new BottleneckAdapter(place, options);
        initialise(adapter, { model, seed }, options.init_weights);
        return adapter;
      }),
    ),
  );
  const saved = saveModules(model, options.modules_to_save, { owner });
  const { modules_to_save: modulesToSave, ...own } = options;
  return new PeftAdapter(model, [...adapters, ...saved], (about) =>
    adapterConfig(model, { ...about, peftType: 'BOTTLENECK_ADAPTER', modulesToSave }, own),
  );
}

export function create(model: Model, options: AdapterOptions, { seed, tokens }: TuningContext): Tuning {
  refuseTokens(tokens, model, options.modules_to_save);
  refuseNoCrossAttention(model, options);
  refuseUnmatched(placesOf(model, options), { target_modules: 'all-linear', ...options });
  return build(model, options, { seed });
}

/** @throws AttuneError E_NO_TARGETS if adapters after cross-attention are wanted in a model without any */
function refuseNoCrossAttention(model: Model, { cross_attention: isAsked }: AdapterOptions): void {
  const has = [...model.modules()].some(([, part]) => part instanceof Sublayer && part.kind === 'cross_attention');
  if (!isAsked || has) return;
  const { modelType } = model.architecture;
  const message = `${withArticle(modelType)} model has no cross-attention`;
  throw new AttuneError('E_NO_TARGETS', {
    what: 'The tuning names layers that cannot have an adapter in this model',
    problems: [{ field: 'tuning.cross_attention', message, fix: 'remove it' }],
  });
}

export function open(model: Model, options: AdapterOptions, context: OpenContext): Tuning {
  return build(model, options, context);
}
