import type { Problem } from '../../../base/errors.ts';
import type { GgufItem, GgufValue } from '../../../engine/tensor/gguf/index.ts';
import type { Tokenizer } from '../tokenizer.ts';

/** ggml's token kinds. */
export const KIND = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface Step extends Record<string, unknown> {
  type?: string;
}

/** The parts of tokenizer.json that determine tokenisation. */
export interface Source {
  model: {
    type?: unknown;
    vocab: Record<string, number>;
    merges?: readonly (string | readonly [string, string])[];
    unk_token?: unknown;
    ignore_merges?: unknown;
    dropout?: unknown;
    byte_fallback?: unknown;
    continuing_subword_prefix?: unknown;
    end_of_word_suffix?: unknown;
  };
  normalizer?: Step | null;
  pre_tokenizer?: Step | null;
}

/** Tokens by id, with their kinds. */
export interface ListedTokens {
  tokens: string[];
  kinds: number[];
}

/** A vocabulary of a kind that llama.cpp has: obstacles to the export, and its keys. */
export interface ReadVocabulary {
  problems: Problem[];
  /** May change token kinds. */
  describe(
    listed: ListedTokens,
    tokenizer: Tokenizer,
  ): { problems: Problem[]; values: [string, GgufValue][]; differences: string[] };
}

/** Steps of a normaliser or pre-tokenizer, with sequences flattened. */
export function stepsOf(step: Step | null | undefined): Step[] {
  if (step === null || step === undefined) return [];
  if (step.type !== 'Sequence') return [step];
  return ((step.normalizers ?? step.pretokenizers ?? []) as Step[]).flatMap(stepsOf);
}

/** BPE settings that llama.cpp lacks. */
export function strangeSettings({ model }: Source, keys: readonly (keyof Source['model'])[]): Problem[] {
  return keys.flatMap((key) => {
    const value = model[key] ?? '';
    return value === '' || value === false ? [] : [{ field: `model.${key}`, message: JSON.stringify(value) }];
  });
}

export const text = (value: string): GgufValue => ({ type: 'string', value });
export const list = (of: 'string' | 'i32' | 'f32', value: readonly GgufItem[]): GgufValue => ({
  type: 'array',
  of,
  value,
});
