import type { TuningName } from '../../src/methods/tuning/index.ts';
import type { RecipeInput } from '../../src/app/index.ts';

/** How one tuning is tried. */
export interface Way {
  name: TuningName;
  /** Its settings, where the defaults are for larger models or say nothing. */
  options?: Readonly<Record<string, unknown>>;
  learningRate: number;
}

/** Tunings that are left out, and why. */
export const LEFT_OUT: Readonly<Partial<Record<TuningName, string>>> = {
  bitfit: 'the base model has no biases',
  trainable_tokens: 'it is for new words, and these rows have none',
};

/**
 * Rates of the order that the methods' papers use: few numbers far from the weights want large ones, whole weights small
 * ones. Each is tried with one rate.
 */
export const WAYS: readonly Way[] = [
  { name: 'full', learningRate: 1e-3 },
  { name: 'freeze', options: { trainable_layers: 2 }, learningRate: 1e-3 },
  { name: 'lora', learningRate: 2e-3 },
  { name: 'adalora', options: { tinit: 5, tfinal: 15 }, learningRate: 1e-2 },
  { name: 'delora', options: { delora_lambda: 1 }, learningRate: 5e-3 },
  { name: 'vblora', learningRate: 1e-2 },
  { name: 'vera', learningRate: 1e-2 },
  { name: 'randlora', options: { r: 32 }, learningRate: 2e-3 },
  { name: 'loha', learningRate: 5e-3 },
  { name: 'lokr', learningRate: 5e-3 },
  { name: 'oft', learningRate: 2e-3 },
  { name: 'boft', learningRate: 5e-3 },
  { name: 'hra', learningRate: 5e-3 },
  { name: 'road', learningRate: 1e-2 },
  { name: 'fourierft', learningRate: 5e-2 },
  { name: 'c3a', learningRate: 5e-2 },
  { name: 'miss', learningRate: 2e-3 },
  { name: 'shira', learningRate: 5e-3 },
  { name: 'ia3', learningRate: 1e-2 },
  { name: 'ln_tuning', learningRate: 1e-2 },
  { name: 'prompt_tuning', learningRate: 3e-2 },
  { name: 'p_tuning', learningRate: 5e-3 },
  { name: 'prefix', learningRate: 1e-2 },
  { name: 'adaption_prompt', learningRate: 1e-2 },
  { name: 'adapter', learningRate: 5e-3 },
];

export function tuningOf({ name, options }: Way): RecipeInput['tuning'] {
  return { method: name, ...options } as RecipeInput['tuning'];
}
