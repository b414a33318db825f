import type { Spectrogram } from '../../audio/index.ts';
import { SpeechTokens, type TimeTokens } from '../../text/index.ts';
import { generate } from '../generate.ts';
import type { Completion } from '../sequence.ts';
import { languageOf, remembered } from './by-tokens.ts';
import type { Hearing, Transcript, TranscriptionOptions } from './hearing.ts';
import { segmentsOf, type TimedTokens } from './segments.ts';
import { TimedConstraint } from './timed-constraint.ts';

/** Whether a model has tokens for times, and its processor windows at any place. */
export function canWriteTimes({ model, tokenizer, processor }: Hearing): boolean {
  return processor.spectrogram !== undefined && new SpeechTokens(tokenizer).times(sizeOf(model)) !== undefined;
}

function sizeOf({ architecture, config }: Hearing['model']): number {
  return architecture.limits(config).vocabularySize;
}

/**
 * Goes through a recording as the reference does (Radford et al., 2022, section 3.8): a window is written down with
 * times, and the next one begins where the last part that came to its end does. Nothing is written twice at another
 * temperature, and a window is not told what was said before it.
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
    const answer = await writeWindow(hearing, memory, { tokens, options: { ...options, language } });
    const left = Math.ceil(Math.min(sound.framesPerWindow, sound.frames - start) / steps.frames);
    const found = segmentsOf(answer.ids, { firstTime: tokens.noTimes + 1, steps: left });
    const before = start / steps.frames;
    segments.push(...found.segments.map((one) => ({ ...one, start: before + one.start, end: before + one.end })));
    answers.push(answer);
    heard += memory.hidden.shape[0];
    start += Math.max(1, found.next) * steps.frames;
  }
  const isText = (id: number) => id <= tokens.noTimes;
  const read = (ids: readonly number[]) => tokenizer.decode(ids.filter(isText), { skipSpecialTokens: true }).trim();
  return {
    text: read(segments.flatMap(({ ids }) => ids)),
    segments: segments
      .map(({ start, end, ids }) => ({ start: start * steps.seconds, end: end * steps.seconds, text: read(ids) }))
      .filter(({ text }) => text !== ''),
    heard,
    written: answers.reduce((sum, { ids }) => sum + ids.length, 0),
    finishReason: answers.every(({ finishReason }) => finishReason === 'stop') ? 'stop' : 'length',
    ...(tokens.isMultilingual && { language }),
  };
}

/** A step of time is what one of the encoder's frames lasts. */
function stepsOf({ model, processor }: Hearing, { framesPerWindow, window }: Spectrogram) {
  const { shape } = window(0);
  const perWindow = model.architecture.tokensOfFeatures!(model.config, shape);
  return {
    frames: framesPerWindow / perWindow,
    seconds: processor.longest! / processor.sampleRate / perWindow,
  };
}

async function writeWindow(
  { model, tokenizer }: Hearing,
  memory: ReturnType<typeof remembered>,
  { tokens, options }: { tokens: SpeechTokens; options: TranscriptionOptions },
): Promise<Completion> {
  const size = sizeOf(model);
  const times = tokens.times(size) as TimeTokens;
  const suppressed = [...tokens.suppressed.always, tokens.noTimes];
  const vocabulary = { size, times, end: tokenizer.eosId ?? times.first, suppressed };
  const [answer] = await generate({ model, tokenizer, memory }, [tokens.prompt({ ...options, timestamps: true })], {
    maxNewTokens: options.maxNewTokens ?? Number.MAX_SAFE_INTEGER,
    constraint: () => new TimedConstraint(vocabulary),
    signal: options.signal,
  });
  return answer;
}
