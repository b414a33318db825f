import type { Sampling } from '../app/talk.ts';
import { AttuneError } from '../base/errors.ts';
import type { CommandContext, CommandOption } from './command.ts';
import { constraintFlags, constraintOf } from './constraint.ts';

export const precisionOption: CommandOption = {
  name: '--precision',
  value: 'TYPE',
  summary: 'auto, bf16 or f32; in f32 answers do not depend on what else is answered',
};

export function precisionOf(context: CommandContext): 'auto' | 'bf16' | 'f32' | undefined {
  if (context.option('--precision') === undefined) return undefined;
  return context.choice('--precision', ['auto', 'bf16', 'f32'] as const);
}

/** Options that `chat` and `generate` share. */
export const samplingOptions: readonly CommandOption[] = [
  { name: '--base', summary: 'the base model, without the adapter' },
  precisionOption,
  {
    name: '--storage',
    value: 'NAME',
    summary: 'int8_forward for faster and slightly other answers, nf4 for less memory; as it was trained unless given',
  },
  { name: '--src-lang', value: 'CODE', summary: "language of the prompts, for models of many (its folder's)" },
  { name: '--tgt-lang', value: 'CODE', summary: 'language of the answers, for the same models' },
  { name: '--max-new-tokens', value: 'COUNT', summary: 'longest answer (256)' },
  { name: '--temperature', value: 'T', summary: '0 takes the most probable token, which is the default' },
  { name: '--top-k', value: 'K', summary: 'only the K most probable tokens; 0 for all' },
  { name: '--top-p', value: 'P', summary: 'only the most probable tokens whose probabilities add up to P' },
  { name: '--min-p', value: 'P', summary: 'only tokens at least P times as probable as the most probable one' },
  {
    name: '--repetition-penalty',
    value: 'X',
    summary: 'above 1: fewer tokens that the prompt or the answer already has',
  },
  { name: '--presence-penalty', value: 'X', summary: 'above 0: fewer tokens that the answer already has' },
  { name: '--frequency-penalty', value: 'X', summary: 'like --presence-penalty, for each occurrence' },
  { name: '--logit-bias', value: 'ID:BIAS', many: true, summary: 'added to the logit of a token; may be repeated' },
  { name: '--seed', value: 'SEED', summary: 'the same seed draws the same answers' },
  { name: '--stop', value: 'TEXT', many: true, summary: 'ends an answer before this text; may be repeated' },
  ...constraintFlags,
];

/** Which model is opened, and how. */
export function openingOf(context: CommandContext) {
  return {
    target: context.argument('MODEL')!,
    base: context.has('--base'),
    languages: languagesOf(context),
    precision: precisionOf(context),
    storage:
      context.option('--storage') === undefined
        ? undefined
        : context.choice('--storage', ['dense', 'int8_forward', 'nf4', 'fp4']),
  };
}

function languagesOf(context: CommandContext) {
  const languages = { src_lang: context.option('--src-lang'), tgt_lang: context.option('--tgt-lang') };
  return Object.values(languages).every((code) => code === undefined) ? undefined : languages;
}

export function samplingOf(context: CommandContext): Sampling {
  return {
    maxNewTokens: context.count('--max-new-tokens'),
    temperature: numberOf(context, '--temperature', { least: 0, most: 100 }),
    topK: numberOf(context, '--top-k', { least: 0, isWhole: true }),
    topP: numberOf(context, '--top-p', { least: 0, most: 1, isAbove: true }),
    minP: numberOf(context, '--min-p', { least: 0, most: 1 }),
    repetitionPenalty: numberOf(context, '--repetition-penalty', { least: 0, isAbove: true }),
    presencePenalty: numberOf(context, '--presence-penalty'),
    frequencyPenalty: numberOf(context, '--frequency-penalty'),
    logitBias: biasesOf(context.all('--logit-bias')),
    seed: numberOf(context, '--seed', { least: 0, isWhole: true }),
    stop: context.all('--stop').map((text) => text.replaceAll('\\n', '\n')),
    constraint: constraintOf(context),
  };
}

interface Range {
  least: number;
  most?: number;
  /** `least` itself is out of range. */
  isAbove?: boolean;
  isWhole?: boolean;
}

/** An option's value as a number. @throws AttuneError E_USAGE */
export function numberOf(
  context: CommandContext,
  name: string,
  { least, most = Infinity, isAbove, isWhole }: Range = { least: -Infinity },
): number | undefined {
  const text = context.option(name);
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const isInside = Number.isFinite(value) && value <= most && (isAbove === true ? value > least : value >= least);
  if (isInside && (isWhole !== true || Number.isSafeInteger(value))) return value;
  const kind = isWhole === true ? 'a whole number' : 'a number';
  const from = Number.isFinite(least) ? [isAbove === true ? `above ${least}` : `of ${least} or more`] : [];
  const to = Number.isFinite(most) ? [`${most} at most`] : [];
  const expected = `${kind} ${[...from, ...to].join(', ')}`.trim();
  throw new AttuneError('E_USAGE', { what: `${name} is out of range`, got: text, expected });
}

function biasesOf(texts: readonly string[]): Record<number, number> {
  const entries = texts.map((text) => {
    const match = /^(?<id>\d+)[:=](?<bias>-?\d+(?:\.\d+)?)$/.exec(text);
    if (match !== null) return [Number(match.groups?.id), Number(match.groups?.bias)];
    throw new AttuneError('E_USAGE', {
      what: '--logit-bias is no token with a number',
      got: text,
      expected: 'the id of a token and what to add to its logit, as 42:-100',
    });
  });
  return Object.fromEntries(entries) as Record<number, number>;
}
