import { AttuneError } from '../../base/errors.ts';
import { saveModel } from '../../models/save.ts';
import type { Model } from '../../models/model.ts';
import { join, ModuleBuffer } from '../../nn/index.ts';
import { noGrad, scope, type DType, type Tensor } from '../../tensor/index.ts';
import type { ResultNotes, Trainable, Tuning } from '../../train/interfaces.ts';
import type { FullOptions } from './full.options.ts';
import { decays } from './weight-decay.ts';

/** Every weight moves; the result is a whole model. Weights are f32 while they are trained. */
class Full implements Tuning {
  readonly trainables: readonly Trainable[];
  readonly #model: Model;
  /** The checkpoint's own type, in which the result is written. */
  readonly #storedType: DType;

  constructor(model: Model) {
    this.#model = model;
    const trainables: Trainable[] = [];
    for (const [modulePath, module] of model.modules()) {
      for (const [key, parameter] of module.ownParameters()) {
        if (parameter instanceof ModuleBuffer) continue;
        const name = join(modulePath, key);
        trainables.push({ name, parameter, decays: decays(module, name) });
      }
    }
    this.#storedType = trainables[0].parameter.tensor.dtype;
    noGrad(() => {
      for (const { parameter } of trainables) {
        scope(() => parameter.assign(parameter.tensor.to('f32').clone()));
        parameter.setTrainable(true);
      }
    });
    this.trainables = trainables;
  }

  state(): Map<string, Tensor> {
    return new Map(this.trainables.map(({ name, parameter }) => [name, parameter.tensor]));
  }

  load(state: ReadonlyMap<string, Tensor>): void {
    noGrad(() => {
      for (const { name, parameter } of this.trainables) {
        const saved = state.get(name);
        if (saved === undefined)
          throw new AttuneError('E_CHECKPOINT_BAD', { what: `The checkpoint lacks the weight ${name}` });
        parameter.tensor.copy_(saved);
      }
    });
  }

  roundToStored(): DType | undefined {
    if (this.#storedType === 'f32') return undefined;
    noGrad(() => {
      for (const { parameter } of this.trainables) {
        scope(() => parameter.tensor.copy_(parameter.tensor.to(this.#storedType)));
      }
    });
    return this.#storedType;
  }

  save(folder: string, _about: ResultNotes): void {
    saveModel(this.#model, folder, { dtype: this.#storedType });
  }

  disabled<T>(_body: () => T): T {
    throw new AttuneError('E_NO_REFERENCE', {
      what: 'Full fine-tuning keeps no copy of the model as it was',
      fix: 'use tuning: lora where the objective compares with the base model',
    });
  }

  merge(): void {}

  /** All weights are the model's. */
  dispose(): void {}
}

export function create(model: Model, _options: FullOptions): Tuning {
  return new Full(model);
}
