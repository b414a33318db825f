import { table } from '../../../base/table.ts';
import { splitPatterns } from '../bpe/split-pattern.ts';
import { stepsOf, type Step } from './source.ts';

/** Mistral's, from Nemo on: words are cut where small letters end and capitals begin, numbers digit by digit. */
const TEKKEN = String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/** llama.cpp's names (`tokenizer.ggml.pre`) of the ways to cut text that mean what ours do (its llama-vocab.cpp). */
const NAMES: Record<string, { merging?: string; whole?: string }> = table({
  gpt2: { merging: 'gpt-2' },
  // `llama-bpe` takes a piece that is in the vocabulary as it is; `smaug-bpe` cuts alike and always merges.
  llama3: { merging: 'smaug-bpe', whole: 'llama-bpe' },
  qwen2: { merging: 'qwen2' },
  digits: { merging: 'smollm' },
  // Always takes a piece whole that is in the vocabulary.
  tekken: { whole: 'tekken' },
});

/**
 * llama.cpp's name for a tokenizer.json's pre-tokenizer, undefined where it has none that cuts the same.
 * @param ignoreMerges whether a piece that the vocabulary has is taken whole
 */
export function ggufSplitName(preTokenizer: Step | null | undefined, ignoreMerges: boolean): string | undefined {
  const way = wayOf(stepsOf(preTokenizer));
  if (way === undefined) return undefined;
  return ignoreMerges ? NAMES[way].whole : NAMES[way].merging;
}

function wayOf(steps: readonly Step[]): string | undefined {
  const last = steps.at(-1);
  if (last?.type !== 'ByteLevel' || last.add_prefix_space === true) return undefined;
  const before = steps.slice(0, -1);
  // Absent means true, as in the tokenizers library.
  if (last.use_regex !== false) {
    if (before.length === 0) return 'gpt2';
    const [digits] = before;
    return before.length === 1 && digits.type === 'Digits' && digits.individual_digits === true ? 'digits' : undefined;
  }
  const [split] = before;
  if (before.length !== 1 || split.type !== 'Split' || split.behavior !== 'Isolated' || split.invert === true)
    return undefined;
  const pattern = (split.pattern as { Regex?: unknown } | undefined)?.Regex;
  if (pattern === TEKKEN) return 'tekken';
  return Object.entries(splitPatterns).find(([, known]) => known === pattern)?.[0];
}
