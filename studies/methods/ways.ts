import type { TuningName } from '../../src/methods/tunings/index.ts';
import type { RecipeInput } from '../../src/app/index.ts';

/** Settings for one tuning. */
export interface Way {
  name: TuningName;
  /** Options where the defaults are for larger models or missing. */
  options?: Readonly<Record<string, unknown>>;
}

/** Tunings that are left out, with the reason. */
export const LEFT_OUT: Readonly<Partial<Record<TuningName, string>>> = {
  bitfit: 'the base model has no biases',
  trainable_tokens: 'it is for new words, and these rows have none',
};

/** Each at its default learning rate, unless a recipe sets one. */
export const WAYS: readonly Way[] = [
  { name: 'full' },
  { name: 'freeze', options: { trainable_layers: 2 } },
  { name: 'lora' },
  { name: 'adalora', options: { tinit: 5, tfinal: 15 } },
  { name: 'delora', options: { delora_lambda: 1 } },
  { name: 'vblora' },
  { name: 'vera' },
  { name: 'randlora', options: { r: 32 } },
  { name: 'loha' },
  { name: 'lokr' },
  { name: 'oft' },
  { name: 'boft' },
  { name: 'hra' },
  { name: 'road' },
  { name: 'fourierft' },
  { name: 'c3a' },
  { name: 'miss' },
  { name: 'shira' },
  { name: 'ia3' },
  { name: 'ln_tuning' },
  { name: 'prompt_tuning' },
  { name: 'p_tuning' },
  { name: 'prefix' },
  { name: 'adaption_prompt' },
  { name: 'adapter' },
];

export function tuningOf({ name, options }: Way): RecipeInput['tuning'] {
  return { method: name, ...options } as RecipeInput['tuning'];
}
