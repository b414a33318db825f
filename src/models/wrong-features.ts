import { AttuneError } from '../base/errors.ts';

/** The processor's features do not fit the model. */
export function wrongFeatures(modelType: string, shape: readonly number[], expected: string): AttuneError {
  const got = shape.length === 1 ? 'a waveform' : `a spectrogram of ${shape.join(' by ')} (mel bins by frames)`;
  return new AttuneError('E_PROCESSOR_WRONG', {
    what: `The preprocessor_config.json of this ${modelType} model belongs to another one`,
    got,
    expected,
    fix: 'fetch the model again, with its own preprocessor_config.json',
  });
}
