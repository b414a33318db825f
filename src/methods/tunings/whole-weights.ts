import { AttuneError } from '../../base/errors.ts';
import { saveModel } from '../../models/save.ts';
import type { Model } from '../../models/model.ts';
import { join, ModuleBuffer, type Parameter } from '../../engine/nn/index.ts';
import { noGrad, scope, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { ResultNotes, Trainable, Tuning } from '../interfaces.ts';
import { depthsOf } from './depth.ts';
import { decays } from './weight-decay.ts';

export interface WholeOptions {
  layerDecay: number;
  /** Which weights are trained; all by default. */
  moves?: (parameter: Parameter) => boolean;
  /** First step at which a weight is trained; the first step by default. */
  startsAt?: (parameter: Parameter) => number;
}

/** Trains the model's own weights; the result is a whole model. Trained weights are f32 during training. */
export class WholeWeights implements Tuning {
  readonly result = 'model';
  readonly trainables: readonly Trainable[];
  readonly #model: Model;
  /** The checkpoint's type, in which the result is saved. */
  readonly #storedType: DType;

  /** Frozen weights as in the checkpoint; computations may use another type. */
  readonly #kept = new Map<string, Tensor>();

  constructor(model: Model, { layerDecay, moves, startsAt }: WholeOptions) {
    this.#model = model;
    const depths = depthsOf(model);
    const trainables: Trainable[] = [];
    for (const [modulePath, module] of model.modules()) {
      for (const [key, parameter] of module.ownParameters()) {
        if (parameter instanceof ModuleBuffer) continue;
        const name = join(modulePath, key);
        if (moves?.(parameter) === false) {
          this.#kept.set(name, parameter.tensor.detach().own());
          continue;
        }
        const rate = layerDecay ** (depths.top - depths.of(parameter));
        trainables.push({ name, parameter, decays: decays(module, name), rate, startsAt: startsAt?.(parameter) });
      }
    }
    this.#storedType = trainables.length > 0 ? trainables[0].parameter.tensor.dtype : 'f32';
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
    saveModel(this.#model, folder, { dtype: this.#storedType, kept: this.#kept });
  }

  disabled<T>(_body: () => T): T {
    throw new AttuneError('E_NO_REFERENCE', {
      what: 'Tuning all weights leaves no copy of the base model to compare with',
      fix: 'use tuning: lora for objectives that compare with the base model',
    });
  }

  /** No-op: the trained weights are the model's own. */
  merge(): void {}
  unmerge(): void {}

  dispose(): void {
    for (const tensor of this.#kept.values()) tensor.dispose();
    this.#kept.clear();
  }
}
