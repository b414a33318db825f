import type { z } from 'zod';
import type { ErrorCode } from '../base/errors.ts';
import { defineRegistry, type Registry } from '../base/registry.ts';
import type { Model } from '../models/model.ts';
import type { KeepWeight } from '../models/skeleton.ts';
import type {
  Begun,
  Kept,
  OpenContext,
  PassedRows,
  StepPlan,
  Storage,
  Trainable,
  Tuning,
  TuningContext,
  Update,
} from './interfaces.ts';

/** Declaration of a method: enough to check a recipe and print help without loading the engine. */
export interface MethodOptions<Schema extends z.ZodObject = z.ZodObject, Options = Readonly<Record<string, unknown>>> {
  options: Schema;
  /** Validates options and fills in those that depend on others. @throws ZodError */
  settle(values: unknown): Options;
  /** Suitable defaults for keys outside the method, given its options. @throws ZodError */
  recipeDefaults(values: unknown): RecipeDefaults;
}

export interface RecipeDefaults {
  training?: Record<string, unknown>;
}

/** Common part of all definitions. */
export interface Definition<Schema extends z.ZodObject, Options> {
  options: Schema;
  /** Fills in options that depend on others, after validation. */
  complete?(values: z.output<Schema>): Options;
  recipeDefaults?: RecipeDefaults | ((options: Options) => RecipeDefaults);
}

/**
 * Loads the implementation on first use: `attune train --help` needs all options, but not the implementations, which
 * take far longer to load (docs/decisions/methods.md).
 */
export interface Lazy<Implementation> {
  run(): Promise<Implementation>;
}

/** PEFT format of a tuning's adapters: its part of adapter_config.json. */
export interface PeftFormat<Config extends z.ZodObject = z.ZodObject, Options = unknown> {
  /** Values of `peft_type`; the first is written. */
  types: readonly [string, ...string[]];
  /** The method's own keys. */
  config: Config;
  /** Converts those keys to the tuning's options. */
  read(config: z.output<Config>): Options;
}

/** Learning rate of a tuning, relative to that of LoRA or full tuning of the same base. */
export interface TuningRate {
  /** `both`: the geometric mean of the two. */
  like: 'lora' | 'full' | 'both';
  /** Factor of that rate; a pair is for bases of 6 M and from 1 B parameters, interpolated logarithmically in between. */
  times: number | readonly [small: number, large: number];
}

/** A tuning: which weights are trained. */
export interface TuningMethod<
  Schema extends z.ZodObject = z.ZodObject,
  Options = Readonly<Record<string, unknown>>,
> extends MethodOptions<Schema, Options> {
  /** Default learning rate. @throws ZodError if the values are not options of this method */
  rate(values: unknown): TuningRate;
  /** Whether the model's own weights do not change, because trained parts are separate. */
  keepsWeights?: boolean;
  /** Number of virtual tokens prepended to every row. */
  virtualTokens?(values: unknown): number;
  peft?: PeftFormat;
  /** Storage of weights while the base is loaded, if the tuning records quantisation errors. @throws AttuneError E_START_UNSUPPORTED */
  beforeLoad(values: unknown, keep: KeepWeight | undefined): Promise<Kept>;
  /** Initial values that depend on the base or on rows. @throws AttuneError E_START_UNSUPPORTED */
  beforeStart(values: unknown, model: Model, passed: PassedRows | undefined): Promise<Begun<Options> | undefined>;
  /** @throws ZodError if the values are not options of this method */
  create(model: Model, values: unknown, context: TuningContext): Promise<Tuning>;
  /** Builds an adapter as configured, ready to load its tensors; `options` come from `peft.read`. */
  open(model: Model, options: unknown, context: OpenContext): Promise<Tuning>;
}

/** A tuning's implementation. */
interface TuningRun<Options> {
  beforeLoad?(options: Options, keep: KeepWeight | undefined): Kept;
  beforeStart?(options: Options, model: Model, passed: PassedRows | undefined): Promise<Begun<Options> | undefined>;
  create(model: Model, options: Options, context: TuningContext): Tuning;
  open?(model: Model, options: Options, context: OpenContext): Tuning;
}

export function defineTuning<
  Schema extends z.ZodObject,
  Options = z.output<Schema>,
  Config extends z.ZodObject = never,
>(
  definition: Pick<TuningMethod, 'keepsWeights'> &
    Definition<Schema, Options> &
    Lazy<TuningRun<Options>> & {
      rate: TuningRate | ((options: Options) => TuningRate);
      peft?: PeftFormat<Config, Options>;
      virtualTokens?(options: Options): number;
    },
): TuningMethod<Schema, Options> {
  const { settled, ...method } = methodOf(definition);
  return {
    ...method,
    keepsWeights: definition.keepsWeights,
    rate: (values) => (typeof definition.rate === 'function' ? definition.rate(settled(values)) : definition.rate),
    peft: definition.peft as PeftFormat | undefined,
    virtualTokens: (values) => definition.virtualTokens?.(settled(values)) ?? 0,
    beforeLoad: async (values, keep) => (await definition.run()).beforeLoad?.(settled(values), keep) ?? { keep },
    beforeStart: async (values, model, passed) =>
      (await definition.run()).beforeStart?.(settled(values), model, passed),
    create: async (model, values, context) => (await definition.run()).create(model, settled(values), context),
    async open(model, options, context) {
      const { open } = await definition.run();
      if (open === undefined) throw new Error('this tuning has no adapters to open');
      const build = () => open(model, options as Options, context);
      return context.owner?.own(build) ?? build();
    },
  };
}

/** A storage of frozen weights. */
export interface StorageMethod<
  Schema extends z.ZodObject = z.ZodObject,
  Options = Readonly<Record<string, unknown>>,
> extends MethodOptions<Schema, Options> {
  /** Whether weights are converted once, so that the tuning must not change them. */
  wantsKeptWeights?: boolean;
  /** `when`: passes to which it applies. Evaluations during a run use the original weights. */
  create(model: Model, values: unknown, when: 'training' | 'always'): Promise<Storage>;
  /** Conversion of weights on loading, if any. */
  keep(values: unknown): Promise<KeepWeight | undefined>;
}

export function defineStorage<Schema extends z.ZodObject, Options = z.output<Schema>>(
  definition: Pick<StorageMethod, 'wantsKeptWeights'> &
    Definition<Schema, Options> & {
      create(model: Model, when: 'training' | 'always', options: Options): Storage;
      keep?(options: Options): KeepWeight;
    },
): StorageMethod<Schema, Options> {
  const { settled, ...method } = methodOf(definition);
  return {
    ...method,
    wantsKeptWeights: definition.wantsKeptWeights,
    create: async (model, values, when) => definition.create(model, when, settled(values)),
    keep: async (values) => definition.keep?.(settled(values)),
  };
}

/** An update: how gradients become a step. */
export interface UpdateMethod<
  Schema extends z.ZodObject = z.ZodObject,
  Options = Readonly<Record<string, unknown>>,
> extends MethodOptions<Schema, Options> {
  /** Bounds each row's influence; requires rows that are sampled and scored independently. */
  isPrivate?: boolean;
  /** Whether a weight's step or average depends on other weights, so that processes cannot divide the weights among them. */
  isOverAll?: boolean;
  /** @throws ZodError if the values are not options of this method */
  create(trainables: readonly Trainable[], values: unknown, plan: StepPlan): Promise<Update>;
}

export function defineUpdate<Schema extends z.ZodObject, Options = z.output<Schema>>(
  definition: Pick<UpdateMethod, 'isPrivate' | 'isOverAll'> &
    Definition<Schema, Options> & {
      create(trainables: readonly Trainable[], options: Options, plan: StepPlan): Update;
    },
): UpdateMethod<Schema, Options> {
  const { settled, ...method } = methodOf(definition);
  return {
    ...method,
    isPrivate: definition.isPrivate,
    isOverAll: definition.isOverAll,
    create: async (trainables, values, plan) => definition.create(trainables, settled(values), plan),
  };
}

export function methodOf<Schema extends z.ZodObject, Options>(definition: Definition<Schema, Options>) {
  const { options, complete, recipeDefaults: suiting = {} } = definition;
  // Without `complete`, the schema's output is final.
  const settled = (values: unknown): Options => {
    const checked = options.parse(values);
    return complete === undefined ? (checked as unknown as Options) : complete(checked);
  };
  const recipeDefaults = (values: unknown) => (typeof suiting === 'function' ? suiting(settled(values)) : suiting);
  return { options, recipeDefaults, settled, settle: settled };
}

/** Files of an axis, by method. */
type Files<Any> = Record<string, () => Promise<{ method: Any }>>;

/** The methods of an axis. */
export interface MethodTable<Any extends MethodOptions, Name extends string> extends Registry<Any, Name> {
  /** Names in papers and other tools, each with attune's name; for messages. */
  readonly otherNames: Readonly<Record<string, string>>;
}

/** Table of an axis, with one line per method. */
export function methodTable<Any extends MethodOptions, Table extends Files<Any>>(
  kind: string,
  code: ErrorCode,
  table: Table,
  otherNames: Readonly<Record<string, string>> = {},
): MethodTable<Any, keyof Table & string> {
  const lines = Object.entries(table).map(([name, load]) => [name, async () => (await load()).method] as const);
  const entries = Object.fromEntries(lines) as Record<keyof Table & string, () => Promise<Any>>;
  return { ...defineRegistry(kind, code, entries), otherNames };
}

/** Accepted input of each method in a table. */
export type OptionInputs<Table> = {
  [Name in keyof Table]: Table[Name] extends () => Promise<{ method: { options: infer Schema extends z.ZodType } }>
    ? z.input<Schema>
    : never;
};
