import { join } from 'node:path';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { writeJson } from '../../files/json.ts';
import type { Model } from '../../models/model.ts';
import { tokenTables } from '../../models/token-tables.ts';
import { ModuleBuffer, type Parameter } from '../../engine/nn/index.ts';
import {
  aten,
  isFloating,
  noGrad,
  scope,
  writeSafetensors,
  type DType,
  type Tensor,
} from '../../engine/tensor/index.ts';
import type { MergeOptions, ResultNotes, Trainable, Tuning, Update } from '../interfaces.ts';

/** Prefix of an adapter's tensor names in PEFT's files. */
export const ROOT = 'base_model.model.';
/** Prefix of modules trained in addition to a prompt. */
export const PROMPT_ROOT = 'base_model.';

/** A tensor in an adapter's file. */
export interface NamedParameter {
  name: string;
  parameter: Parameter;
}

/** Part of an adapter: a layer's change, a fully trained module, token rows, or a prompt. */
export interface AdapterPart {
  readonly trainables: readonly Trainable[];
  /** Further contents of its file that are not trained. */
  readonly fixed?: readonly NamedParameter[];
  /** Contents of its file, if they differ from the trained parameters. */
  saved?(): Map<string, Tensor>;
  /** Converts a file's tensors, for formats with different ones. */
  read?(given: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor>;
  /** Ids from the vocabulary's size on, prepended to every row. */
  readonly prefix?: readonly number[];
  /** The part's `Tuning.penalty` and `Tuning.govern`, if any. */
  penalty?(): Tensor;
  govern?(update: Update, steps: number): Update;
  /** Converts tensors to the form that is fastest for inference. */
  settle?(dtype: DType): void;
  /** Switches the change on or off. */
  switch(isActive: boolean): void;
  /** Merges the change into the model's weights. @throws E_NOT_MERGEABLE if it does not change weights */
  merge(options: MergeOptions): void;
  /** Undoes `merge`, bit for bit. */
  unmerge(): void;
  /** Frees its tensors; the model's own weights stay. */
  dispose(): void;
}

type ConfigOf = (about: ResultNotes) => Record<string, unknown>;
type Rated = (one: Trainable) => Trainable;

/** A tuning that does not change the model's weights, saved in PEFT's format. */
export class PeftAdapter implements Tuning {
  readonly result = 'adapter';
  readonly trainables: readonly Trainable[];
  readonly penalty: Tuning['penalty'];
  readonly #parts: readonly AdapterPart[];
  readonly #config: ConfigOf;
  readonly #model: Model;
  #isMerged = false;
  #isOff = false;

  /** `config`: writes adapter_config.json; `rated`: adjusts a part's trained parameter. */
  constructor(model: Model, parts: readonly AdapterPart[], config: ConfigOf, rated: Rated = (one) => one) {
    this.#model = model;
    this.#parts = parts;
    this.#config = config;
    this.trainables = parts.flatMap(({ trainables }) => trainables.map(rated));
    const penalised = parts.find(({ penalty }) => penalty !== undefined);
    if (penalised !== undefined) this.penalty = () => penalised.penalty!();
  }

  govern(update: Update, steps: number): Update {
    return this.#parts.reduce((inner, part) => part.govern?.(inner, steps) ?? inner, update);
  }

  get prefix(): readonly number[] {
    return this.#parts.flatMap(({ prefix = [] }) => prefix);
  }

  #places(): Map<string, Parameter> {
    const all = [...this.trainables, ...this.#parts.flatMap(({ fixed = [] }) => fixed)];
    return new Map(all.map(({ name, parameter }) => [name, parameter]));
  }

  state(): Map<string, Tensor> {
    return new Map([...this.#places()].map(([name, parameter]) => [name, parameter.tensor]));
  }

  load(file: ReadonlyMap<string, Tensor>): void {
    noGrad(() => scope(() => this.#load(this.#parts.reduce((given, part) => part.read?.(given) ?? given, file))));
  }

  #load(given: ReadonlyMap<string, Tensor>): void {
    const own = this.#places();
    const state = new Map(
      [...given].filter(
        ([name, tensor]) => own.has(name) || !(this.#isRepeated(name, tensor) || this.#isOfSharedTable(name, given)),
      ),
    );
    const problems = misfits(state, own);
    if (problems.length > 0) throw mismatch(problems);
    for (const [name, parameter] of own) this.#fill(parameter, state.get(name) as Tensor);
  }

  /** PEFT also writes some unchanged weights of wrapped base layers, which are not part of the change. */
  #isRepeated(name: string, tensor: Tensor): boolean {
    const wrapped = /^(?<path>.+)\.(?:base_layer|original_module)\.(?<key>\w+)$/.exec(name)?.groups;
    const copy = /^(?<path>.+)\.modules_to_save\.(?<key>\w+)$/.exec(name)?.groups;
    if (copy !== undefined) return this.#places().has(`${copy.path}.${copy.key}`);
    if (wrapped === undefined || !wrapped.path.startsWith(ROOT)) return false;
    const parameter = this.#model.parameterAt(`${wrapped.path.slice(ROOT.length)}.${wrapped.key}`);
    if (parameter === undefined || parameter.shape.join() !== tensor.shape.join()) return false;
    if (this.#places().has(`${wrapped.path}.${wrapped.key}`)) return true;
    const own = parameter.tensor;
    return scope(() => aten.equal.default(own.to(tensor.dtype), tensor.toDevice(own.device)));
  }

  /** PEFT writes a trained table, or its rows, again under the name of a tied head. */
  #isOfSharedTable(name: string, given: ReadonlyMap<string, Tensor>): boolean {
    const end = ['.trainable_tokens_delta', 'lm_head.weight'].find((one) => name.endsWith(one));
    const isRows = (one: string) => one.endsWith(end === 'lm_head.weight' ? '.weight' : '.trainable_tokens_delta');
    if (
      end === undefined ||
      this.#model.trunk.tokenTable === undefined ||
      tokenTables(this.#model).output !== undefined
    )
      return false;
    const same = (one: string) => given.get(one)?.shape.join() === given.get(name)!.shape.join();
    const own = [...this.#places().keys()].find((one) => isRows(one) && same(one));
    return own !== undefined && scope(() => aten.equal.default(given.get(own)!, given.get(name)!));
  }

  /** Parameters of an opened adapter are on the meta device until loaded. */
  #fill(parameter: Parameter, saved: Tensor): void {
    if (parameter.tensor.device !== 'meta') return void parameter.tensor.copy_(saved);
    parameter.assign(
      saved
        .to(isFloating(saved.dtype) ? 'f32' : saved.dtype)
        .clone()
        .toDevice(this.#model.device),
    );
    if (!(parameter instanceof ModuleBuffer)) parameter.setTrainable(true);
  }

  /** An adapter is saved in f32, as trained. */
  roundToStored(): undefined {
    return undefined;
  }

  save(folder: string, about: ResultNotes): void {
    const state = () => this.#parts.flatMap((part) => [...(part.saved?.() ?? tensorsOf(part))]);
    noGrad(() => scope(() => writeSafetensors(join(folder, 'adapter_model.safetensors'), new Map(state()))));
    writeJson(join(folder, 'adapter_config.json'), this.#config(about));
  }

  disabled<T>(body: () => T): T {
    // Nested calls run without the adapter.
    if (this.#isOff) return body();
    this.#switch(false);
    let isPending = false;
    try {
      const result = body();
      if (!(result instanceof Promise)) return result;
      isPending = true;
      return result.finally(() => this.#switch(true)) as T;
    } finally {
      if (!isPending) this.#switch(true);
    }
  }

  #switch(isActive: boolean): void {
    this.#isOff = !isActive;
    for (const part of this.#parts) part.switch(isActive);
  }

  merge(options: MergeOptions = {}): void {
    if (this.#isMerged) return;
    const merged: AdapterPart[] = [];
    noGrad(() => {
      try {
        // Merges token rows first, before changes are added to the whole table.
        for (const part of this.#parts.toReversed()) {
          scope(() => part.merge(options));
          merged.push(part);
        }
      } catch (error) {
        // If a part cannot be merged, undoes the others.
        for (const part of merged.toReversed()) scope(() => part.unmerge());
        throw error;
      }
    });
    this.#isMerged = true;
  }

  unmerge(): void {
    if (!this.#isMerged) return;
    this.#isMerged = false;
    noGrad(() => {
      for (const part of this.#parts) scope(() => part.unmerge());
    });
  }

  settle(dtype: DType): void {
    for (const { parameter } of this.trainables) parameter.setTrainable(false);
    noGrad(() => {
      for (const part of this.#parts) scope(() => part.settle?.(dtype));
    });
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }
}

function tensorsOf({ trainables, fixed = [] }: AdapterPart): Map<string, Tensor> {
  return new Map([...trainables, ...fixed].map(({ name, parameter }) => [name, parameter.tensor]));
}

/** Unknown tensors, missing tensors, and wrong shapes. */
function misfits(state: ReadonlyMap<string, Tensor>, own: ReadonlyMap<string, Parameter>): Problem[] {
  const strays = [...state.keys()].filter((name) => !own.has(name));
  const problems: Problem[] = strays.map((field) => ({ field, message: 'has no place in this model' }));
  for (const [field, { shape }] of own) {
    const saved = state.get(field);
    if (saved === undefined)
      problems.push({ field, message: `is needed by this model but missing from the adapter${whyOf(field)}` });
    else if (saved.shape.join() !== shape.join())
      problems.push({ field, message: `has the shape [${saved.shape.join(', ')}], not [${shape.join(', ')}]` });
  }
  return problems;
}

/** PEFT looks for the bias on the layer's wrapper, which has none, so it writes none. */
function whyOf(name: string): string {
  return name.endsWith('.base_layer.bias') ? ': with bias: lora_only, PEFT trains it but does not save it' : '';
}

function mismatch(problems: readonly Problem[]): AttuneError {
  return new AttuneError('E_ADAPTER_MISMATCH', {
    what: 'The adapter does not fit this base model: it would have no effect or only a partial one',
    problems,
    fix: 'use the base model that the adapter was trained on (adapter_config.json: base_model_name_or_path)',
  });
}
