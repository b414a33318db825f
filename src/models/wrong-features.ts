import { AttuneError } from '../base/errors.ts';

/** Error for features that do not fit the model. */
export function wrongFeatures(modelType: string, shape: readonly number[], expected: string): AttuneError {
  const got = shape.length === 1 ? 'a waveform' : `a spectrogram of ${shape.join(' by ')} (mel bins by frames)`;
  return new AttuneError('E_PROCESSOR_WRONG', {
    what: `The preprocessor_config.json of this ${modelType} model belongs to a different model`,
    got,
    expected,
    fix: 'fetch the model again, including its preprocessor_config.json',
  });
}
