/** Options for opening a model and sampling, shared by all commands that generate text. */
import { A_DEVICE, DEVICE_NAME } from '../../../base/wanted-device.ts';
import { AttuneError } from '../../../base/errors.ts';
import { readJson } from '../../../files/json.ts';
import type { ConstraintSpec } from '../../../answering/decoding/index.ts';
import type { Sampling, TalkOptions } from '../../talk.ts';
import type { FieldKit, Shape } from '../fields.ts';
import type { OptionsOf, UseCase } from '../use-case.ts';

type Values<Fields extends (kit: FieldKit) => Shape> = OptionsOf<UseCase<readonly [], ReturnType<Fields>>>;

/** Device of a command; the use case runs on it (`onChosenDevice`). */
export const deviceField = ({ z, parsed }: FieldKit) => ({
  device: parsed(
    z.string().regex(DEVICE_NAME, A_DEVICE),
    'NAME',
    'auto (a CUDA GPU if there is one), cpu, cuda, cuda:N or mps',
    {
      read: String,
    },
  ),
});

/** Device and number type of a command. */
export const computeFields = (
  fields: FieldKit,
  summary = 'auto, bf16 or f32; in f32, answers do not depend on concurrent requests',
) => ({ precision: fields.choice(['auto', 'bf16', 'f32'], 'TYPE', summary), ...deviceField(fields) });

export const storageField = ({ choice }: FieldKit) => ({
  storage: choice(
    ['dense', 'int8_forward', 'nf4', 'fp4'],
    'NAME',
    'int8_forward: faster, with slightly different answers; nf4: less memory (default: as trained)',
  ),
});

export const baseField = ({ flag }: FieldKit) => ({ base: flag('use the base model, without the adapter') });

export function samplingFields(fields: FieldKit) {
  const { text, count, number } = fields;
  return {
    ...baseField(fields),
    ...computeFields(fields),
    ...storageField(fields),
    srcLang: text('CODE', "language of the prompts, for multilingual models (as in the model's folder)"),
    tgtLang: text('CODE', 'language of the answers, for multilingual models'),
    maxNewTokens: count('COUNT', 'maximum tokens of an answer (256)'),
    temperature: number('T', '0, the default, takes the most likely token', { least: 0, most: 100 }),
    topK: number('K', 'sample from the K most likely tokens; 0: all', { least: 0, isWhole: true }),
    topP: number('P', 'sample from the most likely tokens with total probability P', {
      least: 0,
      most: 1,
      isAbove: true,
    }),
    minP: number('P', 'sample from tokens at least P times as likely as the most likely one', { least: 0, most: 1 }),
    repetitionPenalty: number('X', 'above 1: makes tokens in the prompt or the answer less likely', {
      least: 0,
      isAbove: true,
    }),
    presencePenalty: number('X', 'above 0: makes tokens already in the answer less likely'),
    frequencyPenalty: number('X', 'like --presence-penalty, for each occurrence'),
    ...drawingFields(fields),
    ...constraintFields(fields),
  };
}

function drawingFields({ z, number, parsed }: FieldKit) {
  return {
    logitBias: parsed(
      z.record(z.string().regex(/^\d+$/), z.number()),
      'ID:BIAS',
      'added to the logit of a token; can be repeated',
      { many: true, read: (typed) => readBiases([typed].flat()) },
    ),
    seed: number('SEED', 'the same seed gives the same answers', { least: 0, isWhole: true }),
    stop: parsed(z.array(z.string()), 'TEXT', 'stop before this text; can be repeated', {
      many: true,
      read: (typed) => [typed].flat().map((one) => one.replaceAll('\\n', '\n')),
    }),
  };
}

export function constraintFields({ z, text, parsed }: FieldKit) {
  return {
    schema: parsed(
      z.union([z.boolean(), z.record(z.string(), z.unknown())]),
      'FILE',
      'answers are JSON matching this JSON schema',
      { read: (typed) => readJson(String(typed)) },
    ),
    regex: text('PATTERN', 'answers match this regular expression completely'),
    choices: parsed(z.array(z.string()), 'A,B,…', 'answers are one of these', {
      read: (typed) =>
        String(typed)
          .split(',')
          .map((choice) => choice.trim()),
    }),
  };
}

export type SamplingOptions = Values<typeof samplingFields>;

/** Options for opening the model. */
export function openingOf({
  base,
  precision,
  storage,
  srcLang,
  tgtLang,
}: SamplingOptions): Omit<TalkOptions, 'target'> {
  const languages = { src_lang: srcLang, tgt_lang: tgtLang };
  const isAsked = srcLang !== undefined || tgtLang !== undefined;
  return { base, precision, storage, ...(isAsked && { languages }) };
}

/** Sampling settings from options. @throws AttuneError E_USAGE if there are two constraints */
export function samplingOf({
  maxNewTokens,
  temperature,
  topK,
  topP,
  minP,
  repetitionPenalty,
  presencePenalty,
  frequencyPenalty,
  logitBias,
  seed,
  stop,
  ...restricted
}: SamplingOptions): Sampling {
  return {
    maxNewTokens,
    temperature,
    topK,
    topP,
    minP,
    repetitionPenalty,
    presencePenalty,
    frequencyPenalty,
    logitBias,
    seed,
    stop,
    constraint: constraintOf(restricted),
  };
}

type ConstraintOptions = Values<typeof constraintFields>;

/** @throws AttuneError E_USAGE if there are two constraints */
export function constraintOf({ schema, regex, choices }: ConstraintOptions): ConstraintSpec | undefined {
  const given = Object.entries({ schema, regex, choices }).filter(([, value]) => value !== undefined);
  if (given.length === 0) return undefined;
  if (given.length === 1) return Object.fromEntries(given) as unknown as ConstraintSpec;
  throw new AttuneError('E_USAGE', {
    what: 'Only one constraint on answers is possible',
    got: given.map(([name]) => `--${name}`).join(', '),
    fix: 'give one of them',
  });
}

function readBiases(texts: readonly string[]): Record<string, number> {
  const entries = texts.map((text): [string, number] => {
    const match = /^(?<id>\d+)[:=](?<bias>-?\d+(?:\.\d+)?)$/.exec(text);
    if (match !== null) return [String(Number(match.groups?.id)), Number(match.groups?.bias)];
    throw new AttuneError('E_USAGE', {
      what: '--logit-bias is invalid',
      got: text,
      expected: 'a token id and the value to add to its logit, such as 42:-100',
    });
  });
  return Object.fromEntries(entries);
}
