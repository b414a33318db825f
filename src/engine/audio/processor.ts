import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import type { Features } from '../../base/features.ts';
import { parseProcessorConfig } from '../../base/processor-config.ts';
import { decodeAudio } from './decode.ts';
import { LogMel, NormalisedLogMel } from './log-mel.ts';
import { checkSound, mono } from './recording.ts';
import { resample } from './resample.ts';

const count = z.int().positive();

/** Upper limit of feature values per second of audio: two and a half times that of Whisper's largest models. */
const MOST_VALUES_PER_SECOND = 32_768;
/** Maximum samples of an input: 17 minutes at the usual rate. */
const MOST_SAMPLES = 1 << 24;

const common = {
  sampling_rate: z.int().min(1000).max(48_000).default(16_000),
  padding_value: z.number().min(-1e6).max(1e6).default(0),
  padding_side: z.literal('right', { error: 'only padding at the end is supported' }).default('right'),
};

const window = z.int().min(2).max(16_384);

const spectrogram = { ...common, feature_size: count.default(80), hop_length: count.default(160) };

/** Refinement of a spectrogram's keys. */
const fewValues = [
  ({ feature_size, sampling_rate, hop_length }: Record<'feature_size' | 'sampling_rate' | 'hop_length', number>) =>
    (feature_size * sampling_rate) / hop_length <= MOST_VALUES_PER_SECOND,
  tooMany(['feature_size'], `gives more than ${MOST_VALUES_PER_SECOND} values a second with this hop_length`),
] as const;

/** preprocessor_config.json keys that affect the computation. */
const schemas = {
  WhisperFeatureExtractor: z
    .looseObject({
      ...spectrogram,
      chunk_length: count.default(30),
      n_fft: window.default(400),
      do_normalize: z.boolean().default(false),
      dither: z.literal(0, { error: 'noise (dither) is not supported' }).default(0),
    })
    .refine(...fewValues)
    .refine(
      ({ chunk_length: seconds, sampling_rate: rate }) => seconds * rate <= MOST_SAMPLES,
      tooMany(['chunk_length'], `gives inputs of more than ${MOST_SAMPLES} samples`),
    ),
  ParakeetFeatureExtractor: z
    .looseObject({
      ...spectrogram,
      n_fft: window.default(512),
      win_length: z.int().min(2).default(400),
      preemphasis: z.number().min(0).max(1).nullish().default(0.97),
    })
    .refine(({ win_length: length, n_fft: whole }) => length <= whole, tooMany(['win_length'], 'exceeds n_fft'))
    .refine(...fewValues),
  Wav2Vec2FeatureExtractor: z.looseObject({
    ...common,
    feature_size: z.literal(1, { error: 'must be 1: a waveform has one value per sample' }).default(1),
    do_normalize: z.boolean().default(true),
    return_attention_mask: z.boolean().default(false),
  }),
};

function tooMany(path: string[], error: string) {
  return { path, error };
}

type WhisperSettings = z.output<typeof schemas.WhisperFeatureExtractor>;
type NormalisedSettings = z.output<typeof schemas.ParakeetFeatureExtractor>;
type WaveformSettings = z.output<typeof schemas.Wav2Vec2FeatureExtractor>;

/** Feature extraction of a speech model. */
export interface AudioProcessor {
  /** Samples per second. */
  readonly sampleRate: number;
  /** Maximum samples of an input; unlimited if absent. */
  readonly longest?: number;
  /** Mono samples at the model's rate. @throws AttuneError if the file cannot be decoded or is empty */
  read(bytes: Uint8Array): Promise<Float32Array>;
  /** Model input for the samples: [mel bins, frames] or [samples]. @throws AttuneError E_AUDIO_LONG */
  features(samples: Float32Array): Features;
  /** For models with timestamps: input for a recording of any length, window by window. */
  spectrogram?(samples: Float32Array): Spectrogram;
}

export interface Spectrogram {
  /** Frames of the recording, without padding. */
  readonly frames: number;
  readonly framesPerWindow: number;
  /** [mel bins, frames of a window] */
  window(start: number): Features;
}

/** The processor configured in a model's preprocessor_config.json. @throws AttuneError E_PROCESSOR_UNKNOWN, E_CONFIG_BAD */
export function audioProcessor(config: Readonly<Record<string, unknown>>): AudioProcessor {
  const type = config.feature_extractor_type;
  if (type === 'WhisperFeatureExtractor') return spectrogramProcessor(parseProcessorConfig(schemas[type], config));
  if (type === 'ParakeetFeatureExtractor') return normalisedProcessor(parseProcessorConfig(schemas[type], config));
  if (type === 'Wav2Vec2FeatureExtractor') return waveformProcessor(parseProcessorConfig(schemas[type], config));
  throw new AttuneError('E_PROCESSOR_UNKNOWN', {
    what: "The model's preprocessor_config.json names no supported audio processor",
    got: JSON.stringify(type ?? config.image_processor_type ?? null),
    expected: Object.keys(schemas).join(' or '),
    fix: 'fetch the model again, or choose a model for speech',
  });
}

async function readAt(bytes: Uint8Array, sampleRate: number): Promise<Float32Array> {
  const recording = await decodeAudio(bytes);
  const samples = mono(recording);
  checkSound(samples);
  return resample(samples, recording.sampleRate, sampleRate);
}

/** Whisper's processor: pads to a whole chunk; longer recordings are rejected, where the reference truncates silently. */
function spectrogramProcessor(settings: WhisperSettings): AudioProcessor {
  const { sampling_rate: sampleRate, feature_size: bands, n_fft: window, hop_length: hop } = settings;
  const longest = settings.chunk_length * sampleRate;
  const logMel = new LogMel({ bands, sampleRate, window, hop });
  const filledUp = (samples: Float32Array): Float32Array => {
    const padded = new Float32Array(longest).fill(settings.padding_value);
    padded.set(settings.do_normalize ? normalised(samples) : samples);
    return padded;
  };
  return {
    sampleRate,
    longest,
    read: (bytes) => readAt(bytes, sampleRate),
    features(samples) {
      if (samples.length > longest) throw tooLong(samples.length / sampleRate, settings.chunk_length);
      return { shape: [bands, Math.floor(longest / hop)], data: logMel.of(filledUp(samples)) };
    },
    spectrogram(samples) {
      const isLong = samples.length > longest;
      const data = logMel.of(isLong ? samples : filledUp(samples));
      const framesPerWindow = Math.floor(longest / hop);
      const frames = Math.floor(samples.length / hop);
      return { frames, framesPerWindow, window: (start) => windowFrom(data, { bands, start, framesPerWindow }) };
    },
  };
}

/** A range of frames of a spectrogram [bands, frames], zero-padded as in the reference. */
function windowFrom(
  all: Float32Array,
  { bands, start, framesPerWindow }: { bands: number; start: number; framesPerWindow: number },
): Features {
  const frames = all.length / bands;
  const data = new Float32Array(bands * framesPerWindow);
  for (let band = 0; band < bands; band++) {
    const end = Math.min(frames, start + framesPerWindow);
    data.set(all.subarray(band * frames + start, band * frames + end), band * framesPerWindow);
  }
  return { shape: [bands, framesPerWindow], data };
}

/** Parakeet's processor: recordings of any length with at least two frames, as needed for normalisation. */
function normalisedProcessor(settings: NormalisedSettings): AudioProcessor {
  const { sampling_rate: sampleRate, feature_size: bands, n_fft: window, hop_length: hop } = settings;
  const { win_length: length, preemphasis } = settings;
  const mel = new NormalisedLogMel({ bands, sampleRate, window, hop, length, preemphasis: preemphasis ?? 0 });
  return {
    sampleRate,
    read: (bytes) => readAt(bytes, sampleRate),
    features(samples) {
      const frames = Math.floor(samples.length / hop);
      if (frames < 2) return { shape: [bands, 0], data: new Float32Array() };
      return { shape: [bands, frames], data: mel.of(samples) };
    },
  };
}

function waveformProcessor({
  sampling_rate: sampleRate,
  do_normalize: isNormalised,
}: WaveformSettings): AudioProcessor {
  return {
    sampleRate,
    read: (bytes) => readAt(bytes, sampleRate),
    features: (samples) => ({ shape: [samples.length], data: isNormalised ? normalised(samples) : samples }),
  };
}

/** Prevents division by zero, as in the reference. */
const VARIANCE_FLOOR = 1e-7;

/** Normalises to zero mean and unit variance. */
function normalised(samples: Float32Array): Float32Array {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i];
  const mean = sum / samples.length;
  let squares = 0;
  for (let i = 0; i < samples.length; i++) squares += (samples[i] - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / samples.length + VARIANCE_FLOOR);
  return samples.map((value) => (value - mean) * scale);
}

function tooLong(seconds: number, limit: number): AttuneError {
  return new AttuneError('E_AUDIO_LONG', {
    what: 'The recording is longer than the model can read at once',
    got: `${seconds.toFixed(1)} s`,
    expected: `at most ${limit} s`,
    fix: 'cut it into pieces, each with its own text',
  });
}
