import { table } from '../../../base/table.ts';
import { splitPatterns } from '../bpe/split-pattern.ts';
import { stepsOf, type Step } from './source.ts';

/** Mistral's, since Nemo: splits between lowercase and capitals, and numbers into digits. */
const TEKKEN = String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/** llama.cpp's names (`tokenizer.ggml.pre`) of equivalent pre-tokenizers (its llama-vocab.cpp). */
const NAMES: Record<string, { merging?: string; whole?: string }> = table({
  gpt2: { merging: 'gpt-2' },
  // `llama-bpe` keeps a piece that is in the vocabulary whole; `smaug-bpe` splits alike but always merges.
  llama3: { merging: 'smaug-bpe', whole: 'llama-bpe' },
  qwen2: { merging: 'qwen2' },
  digits: { merging: 'smollm' },
  // Always keeps a piece that is in the vocabulary whole.
  tekken: { whole: 'tekken' },
});

/**
 * llama.cpp's name for the pre-tokenizer in tokenizer.json; undefined if it has no equivalent.
 * @param ignoreMerges whether pieces in the vocabulary are kept whole
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
  // True by default, as in the tokenizers library.
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
