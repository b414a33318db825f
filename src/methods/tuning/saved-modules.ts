import { AttuneError } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import { currentOwner, ModuleBuffer, Parameter, type AdapterOwner, type Module, type Stored } from '../../nn/index.ts';
import { noGrad, scope } from '../../tensor/index.ts';
import type { Trainable } from '../../train/interfaces.ts';
import { ROOT, type AdapterPart } from './peft-adapter.ts';
import { isSaved } from './targets.ts';
import { decays } from './weight-decay.ts';

/** A parameter of a module that is trained whole beside an adapter (PEFT's `modules_to_save`), as an f32 leaf of its own. */
class SavedParameter implements AdapterPart {
  readonly trainables: readonly Trainable[];
  readonly #parameter: Parameter;
  /** What is not in place just now: the model's own while the trained one is. */
  #other: Stored;

  constructor(path: string, { module, parameter }: { module: Module; parameter: Parameter }) {
    this.#other = parameter.exchange(parameter.tensor.to('f32').clone().own());
    parameter.setTrainable(true);
    this.#parameter = parameter;
    this.trainables = [{ name: ROOT + path, parameter, decays: decays(module, path) }];
  }

  switch(): void {
    this.#other = this.#parameter.exchange(this.#other);
  }

  /** It is in the model already. */
  merge(): void {}
  unmerge(): void {}

  dispose(): void {
    this.#other.dispose();
  }
}

/** The same beside a model that serves others too: it takes the model's place while its owner acts. */
class SharedParameter implements AdapterPart {
  readonly trainables: readonly Trainable[];
  readonly #own: Parameter;

  constructor(path: string, place: { module: Module; parameter: Parameter }, owner: AdapterOwner) {
    const { module, parameter } = place;
    this.#own = new Parameter(parameter.shape);
    this.#own.assign(parameter.tensor.to('f32').clone());
    this.trainables = [{ name: ROOT + path, parameter: this.#own, decays: decays(module, path) }];
    owner.replacements = [...owner.replacements, { parameter, by: this.#own }];
  }

  switch(): void {}
  merge(): void {
    throw new Error('the weights of a shared model stay as they are');
  }
  unmerge(): void {}

  dispose(): void {
    this.#own.tensor.dispose();
  }
}

/** Trains the modules that `modules_to_save` names, whole. @throws E_NO_TARGETS where the model has no such module */
export function saveModules(model: Model, names: readonly string[]): AdapterPart[] {
  return noGrad(() => scope(() => savedParameters(model, names)));
}

function savedParameters(model: Model, names: readonly string[]): AdapterPart[] {
  const saved = new Map<string, AdapterPart>();
  const owner = currentOwner();
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
        const place = { module, parameter };
        const part = owner === undefined ? new SavedParameter(full, place) : new SharedParameter(full, place, owner);
        saved.set(full, part);
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
