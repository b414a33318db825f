import { AttuneError } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import { currentOwner, ModuleBuffer, Parameter, type AdapterOwner, type Module, type Stored } from '../../nn/index.ts';
import { noGrad, scope, type DType } from '../../tensor/index.ts';
import type { Trainable } from '../../train/interfaces.ts';
import { ROOT, type AdapterPart } from './peft-adapter.ts';
import { isSaved } from './targets.ts';
import { decays } from './weight-decay.ts';

interface Place {
  module: Module;
  parameter: Parameter;
  owner?: AdapterOwner;
}

/** A parameter of a module that is trained whole beside an adapter (PEFT's `modules_to_save`), as an f32 leaf of its own. */
export class SavedParameter implements AdapterPart {
  readonly trainables: readonly Trainable[];
  readonly #parameter: Parameter;
  /** What is not in place just now: the model's own while the trained one is. On a model that is shared there is none. */
  #other: Stored | undefined;

  constructor(name: string, { module, parameter, owner = currentOwner() }: Place) {
    const own = parameter.tensor.to('f32').clone().own();
    this.#parameter = owner === undefined ? parameter : new Parameter(parameter.shape);
    if (owner === undefined) this.#other = parameter.exchange(own);
    else this.#parameter.assign(own);
    owner?.replace(parameter, this.#parameter);
    this.#parameter.setTrainable(true);
    this.trainables = [{ name, parameter: this.#parameter, decays: decays(module, name) }];
  }

  settle(dtype: DType): void {
    this.#parameter.assign(this.#parameter.tensor.to(dtype));
  }

  switch(): void {
    if (this.#other !== undefined) this.#other = this.#parameter.exchange(this.#other);
  }

  /** It is in the model already. */
  merge(): void {}
  unmerge(): void {}

  dispose(): void {
    (this.#other ?? this.#parameter.tensor).dispose();
  }
}

/** Trains the modules that `modules_to_save` names, whole. @throws E_NO_TARGETS where the model has no such module */
export function saveModules(model: Model, names: readonly string[], place: SavedPlace = {}): AdapterPart[] {
  return noGrad(() => scope(() => savedParameters(model, names, place)));
}

/** What saved modules belong to, on a model that serves others too, and what their names begin with. */
interface SavedPlace {
  owner?: AdapterOwner;
  root?: string;
}

function savedParameters(model: Model, names: readonly string[], { owner, root = ROOT }: SavedPlace): AdapterPart[] {
  const saved = new Map<string, SavedParameter>();
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
        saved.set(full, new SavedParameter(root + full, { module, parameter, owner }));
      }
    }
  }
  return [...saved.values()];
}

const CLASSIFIERS = ['classifier', 'score'];

/** PEFT always names both of Hugging Face's classifiers; a model has one of them. */
function isOtherClassifier(name: string, names: readonly string[]): boolean {
  return CLASSIFIERS.includes(name) && CLASSIFIERS.every((other) => names.includes(other));
}
