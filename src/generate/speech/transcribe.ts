// B windows, S samples, T frames of a window
import { windowsOf, type AudioProcessor } from '../../audio/index.ts';
import type { Model } from '../../models/model.ts';
import { fromArray, noGrad, scope, type Tensor } from '../../tensor/index.ts';
import { Letters, SpeechTokens, type SpeechWish, type Tokenizer } from '../../text/index.ts';
import { generate } from '../generate.ts';
import type { Completion } from '../sequence.ts';
import { ChoiceConstraint, SpeechConstraint } from './speech-constraint.ts';

/** What is needed to write down what is said. */
export interface Hearing {
  model: Model;
  tokenizer: Tokenizer;
  processor: Pick<AudioProcessor, 'sampleRate' | 'longest' | 'features'>;
}

export interface TranscriptionOptions extends SpeechWish {
  /** Of a window; as many as the model can write unless given. */
  maxNewTokens?: number;
  signal?: AbortSignal;
}

export interface Transcript {
  text: string;
  /** The code of the language that was written, or found; absent for models that know one only. */
  language?: string;
  /** Frames that were heard and tokens that were written, over all windows. */
  heard: number;
  written: number;
  /** `length` where a window's text did not come to its end. */
  finishReason: 'stop' | 'length';
}

/** Seconds of a window for models that read recordings of any length: attention grows with the square of it. */
const FREE_WINDOW_SECONDS = 30;

/**
 * The text of a recording of any length, mono at the processor's rate. Long ones are cut where they are quietest into
 * windows that the model can hear, each written down by itself, without times: not the reference's way of going on from
 * the last time that it wrote.
 */
export async function transcribe(
  hearing: Hearing,
  samples: Float32Array,
  options: TranscriptionOptions = {},
): Promise<Transcript> {
  const { sampleRate, longest = FREE_WINDOW_SECONDS * sampleRate } = hearing.processor;
  const windows = windowsOf(samples, { longest, sampleRate }).map((window) => hearing.processor.features(window));
  return hearing.model.task === 'ctc' ? byLetters(hearing, windows, options) : byTokens(hearing, windows, options);
}

type Windows = readonly ReturnType<AudioProcessor['features']>[];

function byLetters({ model, tokenizer }: Hearing, windows: Windows, { signal }: TranscriptionOptions): Transcript {
  const letters = new Letters(tokenizer);
  const texts: string[] = [];
  let heard = 0;
  for (const { data } of windows) {
    signal?.throwIfAborted();
    const ids = noGrad(() =>
      scope(() => model.ctcHead.bestIds(model.hidden({ features: fromArray(data), featureLengths: [data.length] }))),
    );
    heard += ids.length;
    texts.push(letters.read(ids, model.ctcHead.blank));
  }
  const text = texts.filter((one) => one !== '').join(' ');
  return { text, heard, written: [...text].length, finishReason: 'stop' };
}

async function byTokens(hearing: Hearing, windows: Windows, options: TranscriptionOptions): Promise<Transcript> {
  const { model, tokenizer } = hearing;
  const tokens = new SpeechTokens(tokenizer);
  const source = scope(() => stackWindows(windows).own());
  using memory = model.remember({ features: source });
  source.dispose();
  const language = await languageOf(hearing, { memory, tokens, options });
  const prompt = tokens.prompt({ ...options, language });
  const { vocabularySize } = model.architecture.limits(model.config);
  const { suppressed } = tokens;
  const answers = await generate(
    { model, tokenizer, memory },
    windows.map(() => prompt),
    {
      maxNewTokens: options.maxNewTokens ?? Number.MAX_SAFE_INTEGER,
      constraint: () => new SpeechConstraint(vocabularySize, suppressed),
      signal: options.signal,
    },
  );
  const heard = memory.keys.offsets[memory.keys.offsets.length - 1];
  return { ...joined(answers), heard, ...(tokens.isMultilingual && { language }) };
}

/** Features of one shape: [B, bins, T] */
function stackWindows(windows: Windows): Tensor {
  const [{ shape, data }] = windows;
  const values = new Float32Array(windows.length * data.length);
  for (const [i, window] of windows.entries()) values.set(window.data, i * data.length);
  return fromArray(values, [windows.length, ...shape]);
}

/** The language that is wished for, or the one that the model takes the first window to be in. */
async function languageOf(
  { model, tokenizer }: Hearing,
  about: { memory: ReturnType<Model['remember']>; tokens: SpeechTokens; options: TranscriptionOptions },
): Promise<string | undefined> {
  const { memory, tokens, options } = about;
  const { language } = tokens.settled(options);
  if (language !== undefined || !tokens.isMultilingual) return language;
  const { vocabularySize } = model.architecture.limits(model.config);
  const [{ ids }] = await generate({ model, tokenizer, memory }, [[tokens.start]], {
    maxNewTokens: 1,
    constraint: () => new ChoiceConstraint(vocabularySize, tokens.languages.values()),
    signal: options.signal,
  });
  return [...tokens.languages].find(([, id]) => id === ids[0])?.[0];
}

function joined(answers: readonly Completion[]): Pick<Transcript, 'text' | 'written' | 'finishReason'> {
  return {
    text: answers
      .map(({ text }) => text.trim())
      .filter((text) => text !== '')
      .join(' '),
    written: answers.reduce((sum, { ids }) => sum + ids.length, 0),
    finishReason: answers.every(({ finishReason }) => finishReason === 'stop') ? 'stop' : 'length',
  };
}
