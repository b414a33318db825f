import type { Model } from '../../../models/model.ts';
import { scope } from '../../../engine/tensor/index.ts';
import { SpeechTokens } from '../../../models/text/index.ts';
import { featuresOf } from '../../../models/row-features.ts';
import { generate } from '../generate.ts';
import type { Completion } from '../sequence.ts';
import type { Hearing, Transcript, TranscriptionOptions, Windows } from './hearing.ts';
import { ChoiceConstraint, SpeechConstraint } from './speech-constraint.ts';

/** Transcribes windows in one batch, each independently and without timestamps. */
export async function byTokens(hearing: Hearing, windows: Windows, options: TranscriptionOptions): Promise<Transcript> {
  const { model, tokenizer } = hearing;
  const tokens = new SpeechTokens(tokenizer);
  using memory = remembered(model, windows);
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

/** Encoder output for spectrograms of one shape, or waveforms of any length. */
export function remembered(model: Model, windows: Windows): ReturnType<Model['remember']> {
  return scope(() => model.remember(featuresOf(windows.map((features) => ({ features })))));
}

/** The requested language, or the one detected in the first window. */
export async function languageOf(
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
