import { AttuneError } from '../../base/errors.ts';

/** A decoded recording: one array of samples in [-1, 1] per channel, all of the same length. */
export interface Recording {
  /** Samples per second. */
  sampleRate: number;
  channels: readonly Float32Array[];
}

/** Decoding limits: larger recordings would not fit into memory. */
export const limits = { seconds: 2 * 3600, numbers: 2 ** 29, channels: 64, lowestRate: 1000, highestRate: 768_000 };

/** Step between adjacent 16-bit values: smaller differences are rounding noise. */
const STEP_16_BIT = 2 ** -15;

/** Rejects excessive sizes, before decoding if the header has them. @throws E_AUDIO_LIMIT */
export function checkSize({
  sampleRate,
  channels,
  samples,
}: {
  sampleRate: number;
  channels: number;
  samples: number;
}): void {
  const isRate = sampleRate >= limits.lowestRate && sampleRate <= limits.highestRate;
  const isSmall = samples / sampleRate <= limits.seconds && samples * channels <= limits.numbers;
  if (isRate && isSmall && channels > 0 && channels <= limits.channels) return;
  throw new AttuneError('E_AUDIO_LIMIT', {
    what: 'The recording exceeds the limits',
    got: `${samples} samples, ${channels} channels, ${sampleRate} Hz`,
    expected: `at most two hours, at most ${limits.channels} channels, ${limits.lowestRate} to ${limits.highestRate} Hz`,
    fix: 'cut it into shorter files',
  });
}

/** Averages the channels. */
export function mono({ channels }: Recording): Float32Array {
  const [first] = channels;
  if (channels.length === 1) return first;
  const mixed = new Float32Array(first.length);
  for (let i = 0; i < mixed.length; i++) {
    let sum = 0;
    for (const channel of channels) sum += channel[i];
    mixed[i] = sum / channels.length;
  }
  return mixed;
}

/** Rejects recordings without audible sound. @throws E_AUDIO_EMPTY, E_AUDIO_NOT_FINITE, E_AUDIO_SILENT */
export function checkSound(samples: Float32Array): void {
  if (samples.length === 0) {
    throw new AttuneError('E_AUDIO_EMPTY', {
      what: 'The recording contains no samples',
      got: '0 s',
      fix: 'record it again, or delete the row',
    });
  }
  let [lowest, highest] = [Infinity, -Infinity];
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i];
    if (!Number.isFinite(value)) throw notFinite(value, i);
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  if (highest - lowest > STEP_16_BIT) return;
  throw new AttuneError('E_AUDIO_SILENT', {
    what: 'The recording is silent',
    got: `${samples.length} samples between ${lowest} and ${highest}`,
    fix: 'record it again, or delete the row',
  });
}

function notFinite(value: number, place: number): AttuneError {
  return new AttuneError('E_AUDIO_NOT_FINITE', {
    what: 'The recording contains samples that are not numbers',
    got: `${value} at sample ${place}`,
    expected: 'numbers, usually from -1 to 1',
    fix: 'export it again as 16-bit PCM',
  });
}
