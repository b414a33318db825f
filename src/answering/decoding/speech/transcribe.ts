import { windowsOf } from '../../../engine/audio/index.ts';
import { AttuneError } from '../../../base/errors.ts';
import { fromArray, noGrad, scope } from '../../../engine/tensor/index.ts';
import { Letters } from '../../../models/text/index.ts';
import { byTimes, canWriteTimes } from './by-times.ts';
import { byTokens } from './by-tokens.ts';
import type { Hearing, SpeechSegment, Transcript, TranscriptionOptions, Windows } from './hearing.ts';

/** Window length for models that read recordings of any length: attention is quadratic in it. */
const FREE_WINDOW_SECONDS = 30;

/**
 * Transcribes a recording of any length, mono at the processor's rate. Models with timestamps move through a long
 * recording window by window. For all others it is cut at its quietest points into windows, each transcribed
 * independently.
 * @throws AttuneError E_SPEECH_LANGUAGE, E_SPEECH_TIMES
 */
export async function transcribe(
  hearing: Hearing,
  samples: Float32Array,
  options: TranscriptionOptions = {},
): Promise<Transcript> {
  const { sampleRate, longest = FREE_WINDOW_SECONDS * sampleRate } = hearing.processor;
  if (hearing.model.task !== 'ctc' && (options.timestamps === true || samples.length > longest)) {
    if (canWriteTimes(hearing)) return byTimes(hearing, samples, options);
    if (options.timestamps === true) throw noTimes();
  }
  const pieces = windowsOf(samples, { longest, sampleRate });
  const windows = pieces.map((window) => hearing.processor.features(window));
  if (hearing.model.task !== 'ctc') return byTokens(hearing, windows, options);
  const { texts, ...transcript } = byLetters(hearing, windows, options);
  return options.timestamps === true ? { ...transcript, segments: inPlaces(texts, pieces, sampleRate) } : transcript;
}

function inPlaces(texts: readonly string[], pieces: readonly Float32Array[], sampleRate: number): SpeechSegment[] {
  let end = 0;
  return texts.map((text, i) => {
    const start = end;
    end += pieces[i].length / sampleRate;
    return { start, end, text };
  });
}

function noTimes(): AttuneError {
  return new AttuneError('E_SPEECH_TIMES', {
    what: 'The model does not produce timestamps',
    got: 'a vocabulary without timestamp tokens',
    fix: 'remove --timestamps, or choose another model',
  });
}

function byLetters(
  { model, tokenizer }: Hearing,
  windows: Windows,
  { signal }: TranscriptionOptions,
): Transcript & { texts: string[] } {
  const letters = new Letters(tokenizer);
  const texts: string[] = [];
  let heard = 0;
  for (const { data, shape } of windows) {
    signal?.throwIfAborted();
    // A waveform, or mel frames.
    const layout = shape.length === 1 ? shape : [1, ...shape];
    const ids = noGrad(() =>
      scope(() => {
        const input = { features: fromArray(data, layout), featureLengths: [shape.at(-1)!] };
        return model.ctcHead.bestIds(model.hidden(input));
      }),
    );
    heard += ids.length;
    texts.push(letters.read(ids, model.ctcHead.blank));
  }
  const text = texts.filter((one) => one !== '').join(' ');
  return { text, texts, heard, written: [...text].length, finishReason: 'stop' };
}
