import { attune, noGrad, scope, type Tensor } from '../tensor/index.ts';
import { currentRandomness } from './dropout.ts';
import type { Parameter } from './module.ts';

/** A weight's copy in int8 that products of the forward read; gradients stay those of the weight itself. */
export class Int8Weight {
  /** As `attune::int8_weight` lays it out; a byte for each value, and the scales. */
  readonly packed: Tensor;
  readonly #weight: Parameter;
  readonly #source: number;
  readonly #when: 'training' | 'always';

  constructor(weight: Parameter, when: 'training' | 'always') {
    this.#weight = weight;
    this.#source = weight.tensor.id;
    this.#when = when;
    this.packed = noGrad(() => scope(() => attune.int8_weight.default(weight.tensor).own()));
  }

  /** Whether the pass under way reads it: never once another weight is in place of the one that was rounded. */
  get isRead(): boolean {
    if (this.#weight.tensor.id !== this.#source) return false;
    return this.#when === 'always' || currentRandomness() !== undefined;
  }
}
