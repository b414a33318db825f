import { AttuneError } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import { isLinear, ModuleBuffer, type LinearLike, type Parameter } from '../../engine/nn/index.ts';
import { noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { OpenContext, ResultNotes, Trainable, Tuning, TuningContext } from '../interfaces.ts';
import { adapterConfig, targetNames } from './adapter-file.ts';
import type { AdaptableLayer } from './layer-adapter.ts';
import { PeftAdapter, type AdapterPart } from './peft-adapter.ts';
import { savesSharedTable, saveModules } from './saved-modules.ts';
import { findTargets, refuseUnmatched, type Target, type Wanted } from './targets.ts';
import { indicesFor, refuseTokens, tablesWithRows } from './token-indices.ts';
import { trainRows } from './token-rows.ts';

/** Options shared by all tunings with adapters on layers. */
export interface LayerOptions extends Wanted {
  modules_to_save: readonly string[];
  trainable_tokens?: readonly unknown[];
}

export type LinearTarget = Target<LinearLike>;
type AnyTarget = Target<AdaptableLayer>;

/** Initialisation of adapters. */
export interface Start {
  model: Model;
  /** Undefined when opening a saved adapter, which only has shapes until its tensors are loaded. */
  seed: number | undefined;
  residuals?: TuningContext['residuals'];
  starts?: TuningContext['starts'];
}

/** A tuning with a change per layer. */
export interface LayerMethod<Options extends LayerOptions, Accepted extends AnyTarget = LinearTarget> {
  /** `peft_type`. */
  peftType: string;
  /** Which layers can have an adapter; linear ones by default. */
  accepts?(layer: AdaptableLayer): boolean;
  /** Layers that the options select. */
  wanted?(options: Options, model: Model): Wanted;
  /** Rejects options that do not fit these layers. */
  check?(targets: readonly Accepted[], options: Options): void;
  /** Creates the adapters, attached and initialised. */
  parts(targets: readonly Accepted[], options: Options, start: Start): readonly AdapterPart[];
  /** Further trained parts, besides the layers' changes. */
  beside?(options: Options, targets: readonly Accepted[], model: Model): readonly AdapterPart[];
  /** Adjusts a trained parameter, such as its learning rate. */
  rated?(one: Trainable, options: Options): Trainable;
  /** The method's own keys of adapter_config.json; `target_modules` is added. */
  config(options: Options, targets: readonly Accepted[]): object;
}

/** `create` and `open` of a tuning with adapters on layers. */
export function tuneLayers<Options extends LayerOptions, Accepted extends AnyTarget = LinearTarget>(
  method: LayerMethod<Options, Accepted>,
) {
  return {
    create(model: Model, options: Options, { seed, residuals, starts, tokens = [] }: TuningContext): Tuning {
      const targets = targetsOf(method, model, options);
      refuseUnmatched(targets, wantedOf(method, model, options));
      method.check?.(targets, options);
      const trained = trainedTokens(model, options, tokens);
      if (trained !== undefined) refuseTable(targets, model);
      return build(method, model, options, { seed, residuals, starts, tokens: trained });
    },
    open: (model: Model, options: Options, context: OpenContext): Tuning => build(method, model, options, context),
  };
}

function wantedOf<Options extends LayerOptions, Accepted extends AnyTarget>(
  method: LayerMethod<Options, Accepted>,
  model: Model,
  options: Options,
): Wanted {
  return method.wanted?.(options, model) ?? options;
}

function targetsOf<Options extends LayerOptions, Accepted extends AnyTarget>(
  method: LayerMethod<Options, Accepted>,
  model: Model,
  options: Options,
): Accepted[] {
  return findTargets(model, wantedOf(method, model, options), method.accepts ?? isLinearTarget) as Accepted[];
}

function isLinearTarget(layer: AdaptableLayer): boolean {
  return isLinear(layer);
}

/** Builds the adapter, initialised if there is a seed. */
function build<Options extends LayerOptions, Accepted extends AnyTarget>(
  method: LayerMethod<Options, Accepted>,
  model: Model,
  options: Options,
  {
    tokens,
    owner,
    tiesTables = true,
    ...start
  }: OpenContext & Partial<Pick<TuningContext, 'seed' | 'residuals' | 'starts'>>,
): Tuning {
  const targets = targetsOf(method, model, options);
  const made = noGrad(() =>
    scope(() => ({ parts: method.parts(targets, options, { model, seed: undefined, ...start }) })),
  ).parts;
  const saved = saveModules(model, options.modules_to_save, { owner, tiesTables });
  const beside = noGrad(() => scope(() => ({ parts: method.beside?.(options, targets, model) ?? [] }))).parts;
  const rows = noGrad(() =>
    scope(() =>
      tablesWithRows(model, tokens).map(({ table, ids }) => trainRows(table, { ids, dtype: model.dtype, owner })),
    ),
  );
  const config = (about: ResultNotes) => {
    const own = method.config(options, targets);
    return adapterConfig(
      model,
      { ...about, peftType: method.peftType, modulesToSave: options.modules_to_save },
      {
        target_modules: targetNames(model, { wanted: wantedOf(method, model, options), targets }, own),
        ...('trainable_tokens' in options && { trainable_token_indices: tokens ?? null }),
        ...(savesSharedTable(model, options.modules_to_save) && { ensure_weight_tying: tiesTables }),
        ...own,
      },
    );
  };
  const rated = (one: Trainable) => method.rated?.(one, options) ?? one;
  return new PeftAdapter(model, [...made, ...saved, ...beside, ...rows], config, rated);
}

/** @throws E_TOKENS_TWICE if a table with trained rows also has an adapter */
function refuseTable(targets: readonly AnyTarget[], { trunk }: Model): void {
  const table = targets.find(({ layer }) => layer === trunk.tokenTable);
  if (table === undefined) return;
  throw new AttuneError('E_TOKENS_TWICE', {
    what: 'tuning.target_modules and new or trainable tokens train the same rows',
    got: `target_modules: ${table.path}, which changes all tokens`,
    fix: 'leave the table out of tuning.target_modules, or the tokens out of tuning.trainable_tokens and data.new_tokens',
  });
}

/** Token rows trained in addition to the layers. */
function trainedTokens(model: Model, options: LayerOptions, tokens: readonly number[]) {
  const { modules_to_save: modulesToSave, trainable_tokens: wanted } = options;
  if (wanted === undefined) return void refuseTokens(tokens, model, modulesToSave);
  return indicesFor(model, tokens, { modulesToSave, areOptional: wanted.length === 0 });
}

/** Computes a constant that the file lacks; does nothing on `meta`. */
export function drawAgain(constant: ModuleBuffer, { model }: Start, values: () => Tensor): void {
  if (model.device !== 'meta') constant.assign(values().toDevice(model.device));
}

/** Initialises a parameter (except on `meta`) and makes it trainable. `values` receives the run's seed. */
export function begin(parameter: Parameter, { seed, model }: Start, values: (seed: number) => Tensor): void {
  if (seed === undefined) return;
  if (model.device !== 'meta') parameter.assign(values(seed).toDevice(model.device));
  if (!(parameter instanceof ModuleBuffer)) parameter.setTrainable(true);
}
