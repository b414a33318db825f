import { join } from 'node:path';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { writeJson } from '../../files/json.ts';
import type { Model } from '../../models/model.ts';
import { keyedNormal, keyedUniform, type ParameterKey } from '../../models/initialise.ts';
import { AdapterOwner, isLinear, ModuleBuffer, Parameter, type Module, type Replacement } from '../../nn/index.ts';
import { noGrad, scope, writeSafetensors, zeros, type Tensor } from '../../tensor/index.ts';
import type { ResultNotes, Trainable, Tuning } from '../../train/interfaces.ts';
import { adapterConfig, type AdapterDescription } from './adapter-config.ts';
import type { TuningContext } from './index.ts';
import { LoraAdapter, type LowRankAdapter } from './lora-adapter.ts';
import { LoraConvolution } from './lora-convolution.ts';
import type { LoraOptions } from './lora.options.ts';
import { findTargets, fromPattern, isNamed, refuseUnmatched, type Target } from './targets.ts';
import { indicesFor, tablesWithRows, type TokenIndices } from './token-indices.ts';
import { trainRows, type TokenRows } from './token-rows.ts';
import { decays } from './weight-decay.ts';

const ROOT = 'base_model.model.';

interface SavedParameter {
  path: string;
  module: Module;
  parameter: Parameter;
  /** What the model had in its place; of a shared model it stays there. */
  original?: Tensor;
}

/** Low-rank adapters on linear layers; beside them modules that are trained whole, and rows of single tokens. */
export class Lora implements Tuning {
  readonly result = 'adapter';
  readonly trainables: readonly Trainable[];
  readonly owner?: AdapterOwner;
  readonly #model: Model;
  readonly #options: LoraOptions;
  readonly #adapters: readonly LowRankAdapter[];
  readonly #saved: readonly SavedParameter[];
  readonly #tokens: readonly TokenRows[];
  readonly #tokenIndices: TokenIndices | undefined;

  constructor(
    model: Model,
    options: LoraOptions,
    context: { seed: number; tokens?: TokenIndices; isShared?: boolean },
  ) {
    const owner = context.isShared === true ? new AdapterOwner() : undefined;
    this.owner = owner;
    this.#model = model;
    this.#options = options;
    this.#tokenIndices = context.tokens;
    this.#adapters = findTargets(model, options.target_modules, options.layers_to_transform).map(({ path, layer }) => {
      const rank = fromPattern(options.rank_pattern, path) ?? options.r;
      const alpha = fromPattern(options.alpha_pattern, path) ?? options.alpha;
      const scaling = alpha / (options.use_rslora ? Math.sqrt(rank) : rank);
      const shape = { path, rank, scaling, dropout: options.dropout, owner };
      return isLinear(layer) ? new LoraAdapter(layer, shape) : new LoraConvolution(layer, shape);
    });
    noGrad(() =>
      scope(() =>
        this.#adapters.forEach((adapter) => start(adapter, options, { seed: context.seed, device: model.device })),
      ),
    );
    this.#saved = noGrad(() => scope(() => savedParameters(model, options.modules_to_save, owner)));
    const rowsOf = { dtype: model.dtype, owner };
    this.#tokens = noGrad(() =>
      scope(() => tablesWithRows(model, context.tokens).map(({ table, ids }) => trainRows(table, { ids, ...rowsOf }))),
    );
    this.trainables = [
      ...this.#adapters.flatMap(adapterTrainables),
      ...this.#saved.map(savedTrainable),
      ...this.#tokens.map(tokenTrainable),
    ];
  }

  state(): Map<string, Tensor> {
    return new Map(this.trainables.map(({ name, parameter }) => [name, parameter.tensor]));
  }

  load(state: ReadonlyMap<string, Tensor>): void {
    const own = new Map(this.trainables.map(({ name, parameter }) => [name, parameter]));
    const problems: Problem[] = [];
    for (const name of state.keys())
      if (!own.has(name)) problems.push({ field: name, message: 'has no place in this model' });
    for (const [name, parameter] of own) {
      const saved = state.get(name);
      if (saved === undefined)
        problems.push({ field: name, message: 'is wanted by this model but not in the adapter' });
      else if (saved.shape.join() !== parameter.shape.join()) {
        problems.push({
          field: name,
          message: `has the shape [${saved.shape.join(', ')}], not [${parameter.shape.join(', ')}]`,
        });
      }
    }
    if (problems.length > 0) throw mismatch(problems);
    noGrad(() => {
      for (const [name, parameter] of own) parameter.tensor.copy_(state.get(name) as Tensor);
      if (this.owner !== undefined) this.#settle();
    });
  }

  /** In the type of activations, so that no pass casts them. */
  #settle(): void {
    for (const { parameter } of this.trainables) {
      parameter.setTrainable(false);
      scope(() => parameter.assign(parameter.tensor.to(this.#model.dtype)));
    }
  }

  /** An adapter is written in f32, as it is trained. */
  roundToStored(): undefined {
    return undefined;
  }

  save(folder: string, about: ResultNotes): void {
    const modules = this.#adapters.map(({ path }) => path);
    scope(() => writeSafetensors(join(folder, 'adapter_model.safetensors'), this.state()));
    const config = adapterConfig(this.#model, this.#options, { ...about, modules, tokens: this.#tokenIndices });
    writeJson(join(folder, 'adapter_config.json'), config);
  }

  disabled<T>(body: () => T): T {
    this.#switch(false);
    try {
      return body();
    } finally {
      this.#switch(true);
    }
  }

  #switch(isActive: boolean): void {
    for (const part of [...this.#adapters, ...this.#tokens]) part.isActive = isActive;
    for (const entry of this.#saved) if (entry.original) entry.original = entry.parameter.exchange(entry.original);
  }

  merge(): void {
    noGrad(() => {
      // Before what LoRA adds to the same table.
      for (const rows of this.#tokens) scope(() => rows.merge());
      for (const adapter of this.#adapters) {
        scope(() => {
          const { weight } = adapter.layer;
          weight.assign(weight.tensor.to('f32').add(adapter.delta()).to(weight.tensor.dtype));
        });
        adapter.detach();
      }
    });
  }

  dispose(): void {
    for (const part of [...this.#adapters, ...this.#tokens]) {
      part.detach();
      part.dispose();
    }
    for (const { original, parameter } of this.#saved) (original ?? parameter.tensor).dispose();
  }
}

/** PEFT's start: A Kaiming-uniform with a = √5 (bound 1/√in), or normal with deviation 1/r; B zero. */
function start(adapter: LowRankAdapter, options: LoraOptions, context: { seed: number; device: string }): void {
  const { lora_A: a, lora_B: b, rank, path } = adapter;
  const key = { seed: context.seed, path: `lora_A:${path}` };
  const first = options.init_lora_weights === 'gaussian' ? keyedNormal(a.shape, key, 1 / rank) : kaimingUniform(a, key);
  a.assign(first.toDevice(context.device));
  b.assign(zeros(b.shape, { device: context.device }));
  a.setTrainable(true);
  b.setTrainable(true);
}

function kaimingUniform(parameter: Parameter, key: ParameterKey): Tensor {
  const bound = 1 / Math.sqrt(parameter.size / parameter.shape[0]);
  return keyedUniform(parameter.shape, key)
    .mul(2 * bound)
    .sub(bound);
}

function adapterTrainables(adapter: LowRankAdapter): Trainable[] {
  return (['lora_A', 'lora_B'] as const).map((part) => ({
    name: `${ROOT}${adapter.path}.${part}.weight`,
    parameter: adapter[part],
    decays: true,
  }));
}

/**
 * Parameters of the modules named by `modules_to_save`, as f32 leaves of their own; in the model's place, or, of a model
 * that is shared, in a place of their own until their owner acts.
 */
function savedParameters(model: Model, names: readonly string[], owner: AdapterOwner | undefined): SavedParameter[] {
  const replacements: Replacement[] = [];
  const saved: SavedParameter[] = [];
  for (const name of names) {
    const found = [...model.modules()].filter(([path]) => isNamed(path, name));
    if (found.length === 0) {
      if (isOtherClassifier(name, names)) continue;
      throw new AttuneError('E_NO_TARGETS', {
        what: `modules_to_save names "${name}", which this model does not have`,
      });
    }
    for (const [path, module] of found.flatMap(([path, module]) => [...module.modules(path)])) {
      for (const [key, parameter] of module.ownParameters()) {
        if (parameter instanceof ModuleBuffer) continue;
        const start = parameter.tensor.to('f32').clone().own();
        if (owner !== undefined) {
          const own = new Parameter(parameter.shape);
          own.assign(start);
          replacements.push({ parameter, by: own });
          saved.push({ path: `${path}.${key}`, module, parameter: own });
          continue;
        }
        const original = parameter.exchange(start);
        parameter.setTrainable(true);
        saved.push({ path: `${path}.${key}`, module, parameter, original });
      }
    }
  }
  if (owner !== undefined) owner.replacements = replacements;
  return saved;
}

const CLASSIFIERS = ['classifier', 'score'];

/** PEFT always names both of Hugging Face's classifiers; a model has one of them. */
function isOtherClassifier(name: string, names: readonly string[]): boolean {
  return CLASSIFIERS.includes(name) && CLASSIFIERS.every((other) => names.includes(other));
}

function savedTrainable({ path, module, parameter }: SavedParameter): Trainable {
  return { name: ROOT + path, parameter, decays: decays(module, path) };
}

function tokenTrainable({ path, trainable_tokens_delta: parameter }: TokenRows): Trainable {
  return { name: `${ROOT}${path}.token_adapter.trainable_tokens_delta`, parameter, decays: true };
}

function mismatch(problems: readonly Problem[]): AttuneError {
  return new AttuneError('E_ADAPTER_MISMATCH', {
    what: 'The adapter does not fit this base model: it would do nothing, or only a part of what was trained',
    problems,
    fix: 'use the base model that the adapter was trained on (adapter_config.json: base_model_name_or_path)',
  });
}

export function create(model: Model, options: LoraOptions, { seed, tokens = [] }: TuningContext): Tuning {
  const { modules_to_save: modules, trainable_tokens: wanted } = options;
  const targets = findTargets(model, options.target_modules, options.layers_to_transform);
  refuseUnmatched(targets, options);
  if (options.dropout > 0) refuseDropout(targets);
  const indices = indicesFor(model, tokens, { modulesToSave: modules, areOptional: wanted.length === 0 });
  return new Lora(model, options, { seed, tokens: indices });
}

/** What keys dropout is the place of a token, and maps of a network's inside have none. */
function refuseDropout(targets: readonly Target[]): void {
  const [first] = targets.filter(({ layer }) => !isLinear(layer));
  if (first === undefined) return;
  throw new AttuneError('E_DROPOUT_UNSUPPORTED', {
    what: 'Adapters on convolutions have no dropout',
    got: `tuning.dropout above 0, and ${first.path} among the layers with an adapter`,
    fix: 'set tuning.dropout to 0',
  });
}

/**
 * An adapter as its configuration describes it, for its weights to be loaded. On a model that is shared with others it
 * changes nothing of the model and acts where a route says so.
 */
export function open(
  model: Model,
  { options, tokens }: Pick<AdapterDescription, 'options' | 'tokens'>,
  { isShared = false }: { isShared?: boolean } = {},
): Tuning {
  return new Lora(model, options, { seed: 0, tokens, isShared });
}
