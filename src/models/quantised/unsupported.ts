import { AttuneError } from '../../base/errors.ts';

/** `form`: the format's usual name. */
export function unsupported(folder: string, form: string): AttuneError {
  return new AttuneError('E_QUANTISATION_UNSUPPORTED', {
    what: `The weights of ${folder} are quantised in an unsupported format`,
    got: form,
    expected: 'bitsandbytes (4 and 8 bits), GPTQ, AWQ (gemm), FP8 or compressed-tensors (int, float and packed)',
    fix: 'use the model it was quantised from; its model card names it',
  });
}
