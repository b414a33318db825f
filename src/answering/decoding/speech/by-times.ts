import type { Spectrogram } from '../../../engine/audio/index.ts';
import { SpeechTokens, type TimeTokens } from '../../../models/text/index.ts';
import { generate } from '../generate.ts';
import type { Completion } from '../sequence.ts';
import { languageOf, remembered } from './by-tokens.ts';
import { REFERENCE_FALLBACK, withFallback, type Attempt } from './fallback.ts';
import type { Hearing, Transcript, TranscriptionOptions } from './hearing.ts';
import { ScoredConstraint, ShareProbe } from './scored-constraint.ts';
import { segmentsOf, type TimedTokens } from './segments.ts';
import { TimedConstraint } from './timed-constraint.ts';

/** Whether the model has timestamp tokens and its processor can extract a window at any position. */
export function canWriteTimes({ model, tokenizer, processor }: Hearing): boolean {
  return processor.spectrogram !== undefined && new SpeechTokens(tokenizer).times(sizeOf(model)) !== undefined;
}

function sizeOf({ architecture, config }: Hearing['model']): number {
  return architecture.limits(config).vocabularySize;
}

/**
 * Transcribes a long recording as the reference does (Radford et al., 2022, section 3.8): each window is transcribed
 * with timestamps, and the next one begins at the end of the last complete segment. Repetitive or improbable text is
 * retried at a higher temperature, and silent windows are skipped. Windows are not conditioned on earlier text.
 */
export async function byTimes(
  hearing: Hearing,
  samples: Float32Array,
  options: TranscriptionOptions,
): Promise<Transcript> {
  const { model, tokenizer, processor } = hearing;
  const tokens = new SpeechTokens(tokenizer);
  const sound = processor.spectrogram!(samples);
  const steps = stepsOf(hearing, sound);
  const segments: TimedTokens[] = [];
  const answers: Completion[] = [];
  let language: string | undefined;
  let heard = 0;
  for (let start = 0; start === 0 || start < sound.frames;) {
    options.signal?.throwIfAborted();
    using memory = remembered(model, [sound.window(start)]);
    language ??= await languageOf(hearing, { memory, tokens, options });
    const about = { tokens, options: { ...options, language }, seed: start };
    const { found: answer, isSilence } = await writeSurely(hearing, memory, about);
    answers.push(answer);
    heard += memory.hidden.shape[0];
    if (isSilence) {
      start += sound.framesPerWindow;
      continue;
    }
    const left = Math.ceil(Math.min(sound.framesPerWindow, sound.frames - start) / steps.frames);
    const found = segmentsOf(answer.ids, { firstTime: tokens.noTimes + 1, steps: left });
    const before = start / steps.frames;
    for (const one of found.segments) segments.push({ ...one, start: before + one.start, end: before + one.end });
    start += Math.max(1, found.next) * steps.frames;
  }
  return {
    ...inSeconds(segments, { read: (ids) => textOf(hearing, ids), seconds: steps.seconds }),
    heard,
    written: answers.reduce((sum, { ids }) => sum + ids.length, 0),
    finishReason: answers.every(({ finishReason }) => finishReason === 'stop') ? 'stop' : 'length',
    ...(tokens.isMultilingual && { language }),
  };
}

/** Text without timestamps. */
function textOf({ tokenizer }: Hearing, ids: readonly number[]): string {
  const { noTimes } = new SpeechTokens(tokenizer);
  const text = ids.filter((id) => id <= noTimes);
  return tokenizer.decode(text, { skipSpecialTokens: true }).trim();
}

function inSeconds(
  segments: readonly TimedTokens[],
  { read, seconds }: { read: (ids: readonly number[]) => string; seconds: number },
): Pick<Transcript, 'text' | 'segments'> {
  const parts = segments.map(({ start, end, ids }) => ({
    start: start * seconds,
    end: end * seconds,
    text: read(ids),
  }));
  return { text: read(segments.flatMap(({ ids }) => ids)), segments: parts.filter(({ text }) => text !== '') };
}

/** Timestamps count in encoder frames. */
function stepsOf({ model, processor }: Hearing, { framesPerWindow, window }: Spectrogram) {
  const { shape } = window(0);
  const perWindow = model.architecture.tokensOfFeatures!(model.config, shape);
  return {
    frames: framesPerWindow / perWindow,
    seconds: processor.longest! / processor.sampleRate / perWindow,
  };
}

interface Writing {
  tokens: SpeechTokens;
  options: TranscriptionOptions;
  /** Sampling seed; each window derives its own. */
  seed: number;
}

/** Transcript of a window, retried if it is poor, and whether the window is silent. */
async function writeSurely(hearing: Hearing, memory: ReturnType<typeof remembered>, about: Writing) {
  const limits = { ...REFERENCE_FALLBACK, ...about.options.fallback };
  return withFallback(
    limits,
    (temperature) => writeWindow(hearing, memory, { ...about, temperature }),
    () => noSpeechShare(hearing, memory, about),
  );
}

async function writeWindow(
  hearing: Hearing,
  memory: ReturnType<typeof remembered>,
  { tokens, options, seed, temperature }: Writing & { temperature: number },
): Promise<Completion & Attempt> {
  const { model, tokenizer } = hearing;
  const size = sizeOf(model);
  const times = tokens.times(size) as TimeTokens;
  const suppressed = [...tokens.suppressed.always, tokens.noTimes];
  const vocabulary = { size, times, end: tokenizer.eosId ?? times.first, suppressed };
  const scored = new ScoredConstraint(new TimedConstraint(vocabulary));
  const [answer] = await generate({ model, tokenizer, memory }, [tokens.prompt({ ...options, timestamps: true })], {
    maxNewTokens: options.maxNewTokens ?? Number.MAX_SAFE_INTEGER,
    // A single instance suffices, since the prompt has one answer.
    constraint: () => scored,
    temperature,
    seed,
    signal: options.signal,
  });
  const end = answer.finishReason === 'stop' ? tokenizer.eosId : undefined;
  return { ...answer, text: textOf(hearing, answer.ids), logProb: scored.total(end) / (answer.ids.length + 1) };
}

/** Probability of the no-speech token at a window's start; 0 for models without one. */
async function noSpeechShare(
  { model, tokenizer }: Hearing,
  memory: ReturnType<typeof remembered>,
  { tokens, options }: Writing,
): Promise<number> {
  if (tokens.noSpeech === undefined) return 0;
  const probe = new ShareProbe(sizeOf(model), tokens.noSpeech);
  const asked = { maxNewTokens: 1, constraint: () => probe, signal: options.signal };
  await generate({ model, tokenizer, memory }, [[tokens.start]], asked);
  return probe.share;
}
