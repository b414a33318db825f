import { AttuneError } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import { TokenHead } from '../../models/heads/token-head.ts';
import { tokenTables } from '../../models/token-tables.ts';
import {
  currentOwner,
  ModuleBuffer,
  Parameter,
  type AdapterOwner,
  type Embedding,
  type EmbeddingAdapter,
  type Module,
  type Stored,
  type Term,
} from '../../engine/nn/index.ts';
import { aten, noGrad, scope, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../interfaces.ts';
import { ROOT, type AdapterPart } from './peft-adapter.ts';
import { isSaved } from './targets.ts';
import { decays } from './weight-decay.ts';

interface Place {
  module: Module;
  parameter: Parameter;
  owner?: AdapterOwner;
  /** Whether the output head uses the same parameter. */
  isShared?: boolean;
}

/** A parameter of a fully trained module (PEFT's `modules_to_save`), as a separate f32 leaf. */
export class SavedParameter implements AdapterPart {
  readonly trainables: readonly Trainable[];
  readonly #parameter: Parameter;
  /** The inactive value: the model's own while the trained one is in use. Absent on shared models. */
  #other: Stored | undefined;

  readonly #copies: readonly string[];

  constructor(name: string, { module, parameter, owner = currentOwner(), isShared = false }: Place) {
    this.#copies = isShared ? [`${ROOT}lm_head.weight`] : [];
    const own = parameter.tensor.to('f32').clone().own();
    this.#parameter = owner === undefined ? parameter : new Parameter(parameter.shape);
    if (owner === undefined) this.#other = parameter.exchange(own);
    else this.#parameter.assign(own);
    owner?.replace(parameter, this.#parameter);
    this.#parameter.setTrainable(true);
    this.trainables = [{ name, parameter: this.#parameter, decays: decays(module, name) }];
  }

  /** PEFT expects a tied head under its own name as well. */
  saved(): Map<string, Tensor> {
    const { tensor } = this.#parameter;
    const names = this.trainables.map(({ name }) => name);
    return new Map([...names, ...this.#copies].map((name) => [name, tensor]));
  }

  settle(dtype: DType): void {
    this.#parameter.assign(this.#parameter.tensor.to(dtype));
  }

  switch(): void {
    if (this.#other !== undefined) this.#other = this.#parameter.exchange(this.#other);
  }

  /** No-op: the model already uses the trained value. */
  merge(): void {}
  unmerge(): void {}

  dispose(): void {
    (this.#other ?? this.#parameter.tensor).dispose();
  }
}

/** A trained table whose tied head keeps the original rows, as in PEFT without `ensure_weight_tying`. */
class InputTable implements AdapterPart, EmbeddingAdapter {
  readonly trainables: readonly Trainable[];
  readonly #table: Embedding;
  /** [V, D] */
  readonly #weight: Parameter;
  #isActive = true;

  constructor(name: string, table: Embedding) {
    this.#table = table;
    this.#weight = new Parameter(table.weight.shape);
    this.#weight.assign(table.weight.tensor.to('f32').clone());
    this.#weight.setTrainable(true);
    this.trainables = [{ name, parameter: this.#weight, decays: true }];
    table.addAdapter(this);
  }

  forward(ids: Tensor, output: Tensor): Tensor {
    return this.#isActive ? aten.embedding.default(this.#weight.tensor, ids).to(output.dtype) : output;
  }

  /** Logits do not change. */
  terms(): Term[] {
    return [];
  }

  switch(isActive: boolean): void {
    this.#isActive = isActive;
  }

  merge(): never {
    throw new AttuneError('E_NOT_MERGEABLE', {
      what:
        'The adapter changes an embedding table that is also the output head of this model: merging would ' +
        'change the head too',
      fix: 'use the base model and the adapter together',
    });
  }
  unmerge(): void {}

  dispose(): void {
    this.#table.removeAdapter(this);
    this.#weight.dispose();
  }
}

/** The token table and its path, if the output head shares it. */
function sharedTable(model: Model): { path: string; module: Embedding } | undefined {
  const { tokenTable } = model.trunk;
  if (tokenTable === undefined || !(model.head instanceof TokenHead)) return undefined;
  const { input, output } = tokenTables(model);
  return output === undefined ? { path: input.path, module: tokenTable } : undefined;
}

/** Whether `modules_to_save` includes that table. */
export function savesSharedTable(model: Model, names: readonly string[]): boolean {
  const shared = names.length > 0 ? sharedTable(model) : undefined;
  return shared !== undefined && isSaved(shared.path, names);
}

/** Fully trains the modules in `modules_to_save`. @throws E_NO_TARGETS if the model lacks one of them */
export function saveModules(model: Model, names: readonly string[], place: SavedPlace = {}): AdapterPart[] {
  return noGrad(() => scope(() => savedParameters(model, names, place)));
}

/** Owner of saved modules on a shared model, and their name prefix. */
interface SavedPlace {
  owner?: AdapterOwner;
  root?: string;
  /** Whether a tied head is trained along with the table. */
  tiesTables?: boolean;
}

function savedParameters(
  model: Model,
  names: readonly string[],
  { owner, root = ROOT, tiesTables = true }: SavedPlace,
): AdapterPart[] {
  const saved = new Map<string, AdapterPart>();
  const shared = names.length > 0 ? sharedTable(model) : undefined;
  for (const name of names) {
    const found = [...model.modules()].filter(([path]) => isSaved(path, [name]));
    if (found.length === 0) {
      if (isOtherClassifier(name, names)) continue;
      throw new AttuneError('E_NO_TARGETS', {
        what: `modules_to_save names "${name}", which this model does not have`,
      });
    }
    for (const [path, module] of found.flatMap(([path, module]) => [...module.modules(path)])) {
      for (const [key, parameter] of module.ownParameters()) {
        const full = `${path}.${key}`;
        if (parameter instanceof ModuleBuffer || saved.has(full)) continue;
        const isShared = module === shared?.module;
        if (isShared && !tiesTables) saved.set(full, new InputTable(root + full, shared.module));
        else saved.set(full, new SavedParameter(root + full, { module, parameter, owner, isShared }));
      }
    }
  }
  return [...saved.values()];
}

const CLASSIFIERS = ['classifier', 'score'];

/** PEFT always lists both of Hugging Face's classifier names; a model has only one. */
function isOtherClassifier(name: string, names: readonly string[]): boolean {
  return CLASSIFIERS.includes(name) && CLASSIFIERS.every((other) => names.includes(other));
}
