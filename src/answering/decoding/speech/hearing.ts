import type { AudioProcessor } from '../../../engine/audio/index.ts';
import type { Model } from '../../../models/model.ts';
import type { FallbackOptions } from './fallback.ts';
import type { SpeechWish, Tokenizer } from '../../../models/text/index.ts';

/** Model and settings for transcription. */
export interface Hearing {
  model: Model;
  tokenizer: Tokenizer;
  processor: Pick<AudioProcessor, 'sampleRate' | 'longest' | 'features' | 'spectrogram'>;
}

export type Windows = readonly ReturnType<AudioProcessor['features']>[];

export interface TranscriptionOptions extends SpeechWish {
  /** Maximum tokens of a window; the model's limit unless given. */
  maxNewTokens?: number;
  /** When a window of a long recording is written again; as the reference does unless given. */
  fallback?: Partial<FallbackOptions>;
  signal?: AbortSignal;
}

/** A segment of speech, with times in seconds from the recording's beginning. */
export interface SpeechSegment {
  start: number;
  end: number;
  text: string;
}

export interface Transcript {
  text: string;
  /** Where they were asked for: the parts that the model tells of, or the windows that it heard. */
  segments?: readonly SpeechSegment[];
  /** The code of the language that was written, or found; absent for models that know one only. */
  language?: string;
  /** Frames that were heard and tokens that were written, over all windows. */
  heard: number;
  written: number;
  /** `length` where a window's text did not come to its end. */
  finishReason: 'stop' | 'length';
}
