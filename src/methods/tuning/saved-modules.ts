import { AttuneError } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import { ModuleBuffer, type Module, type Parameter, type Stored } from '../../nn/index.ts';
import { noGrad, scope } from '../../tensor/index.ts';
import type { Trainable } from '../../train/interfaces.ts';
import { ROOT, type AdapterPart } from './peft-adapter.ts';
import { isSaved } from './targets.ts';
import { decays } from './weight-decay.ts';

/** A parameter of a module that is trained whole beside an adapter (PEFT's `modules_to_save`), as an f32 leaf of its own. */
export class SavedParameter implements AdapterPart {
  readonly trainables: readonly Trainable[];
  readonly #parameter: Parameter;
  /** What is not in place just now: the model's own while the trained one is. */
  #other: Stored;

  constructor(name: string, module: Module, parameter: Parameter) {
    this.#other = parameter.exchange(parameter.tensor.to('f32').clone().own());
    parameter.setTrainable(true);
    this.#parameter = parameter;
    this.trainables = [{ name, parameter, decays: decays(module, name) }];
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

/** Trains the modules that `modules_to_save` names, whole. @throws E_NO_TARGETS where the model has no such module */
export function saveModules(model: Model, names: readonly string[], root = ROOT): AdapterPart[] {
  return noGrad(() => scope(() => savedParameters(model, names, root)));
}

function savedParameters(model: Model, names: readonly string[], root: string): AdapterPart[] {
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
        saved.set(full, new SavedParameter(root + full, module, parameter));
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
