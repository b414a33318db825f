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
  /** Maximum tokens per window; the model's limit by default. */
  maxNewTokens?: number;
  /** When to retry a window of a long recording; as in the reference by default. */
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
  /** Segments, if requested: those with timestamps from the model, or else the windows. */
  segments?: readonly SpeechSegment[];
  /** Language code, requested or detected; absent for models of a single language. */
  language?: string;
  /** Frames read and tokens generated over all windows. */
  heard: number;
  written: number;
  /** `length` if the text of some window is incomplete. */
  finishReason: 'stop' | 'length';
}
