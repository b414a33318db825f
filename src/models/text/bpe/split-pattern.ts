import { table } from '../../../base/table.ts';
import { AttuneError } from '../../../base/errors.ts';

/**
 * Patterns that split text into pieces before merging, valid in both Oniguruma (for tokenizer.json) and JavaScript.
 * They differ in numbers: `gpt2` keeps them whole, `llama3` splits them into groups of three digits, `qwen2` into
 * single digits, which suits small vocabularies and arithmetic.
 */
export const splitPatterns = {
  gpt2: String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  llama3: withDigits(String.raw`\p{N}{1,3}`),
  qwen2: withDigits(String.raw`\p{N}`),
} as const;

export type SplitPatternName = keyof typeof splitPatterns;

function withDigits(digits: string): string {
  const words = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+`;
  const rest = String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
  return `${words}|${digits}|${rest}`;
}

/** Source of a pattern, given its name or as a custom regular expression. */
export function patternSource(pattern: string): string {
  return Object.hasOwn(splitPatterns, pattern) ? splitPatterns[pattern as SplitPatternName] : pattern;
}

// Oniguruma's meaning of these classes; JavaScript's are ASCII-only or (for whitespace) differ in two characters.
const classes: Record<string, string> = table({
  s: String.raw`\p{White_Space}`,
  S: String.raw`\P{White_Space}`,
  d: String.raw`\p{Nd}`,
  D: String.raw`\P{Nd}`,
});

/**
 * The pattern for JavaScript, with Oniguruma's multi-line `^` and `$`.
 *
 * @throws E_SPLIT_PATTERN also for patterns with different meanings in the two
 */
export function compileSplitPattern(pattern: string): RegExp {
  const source = patternSource(pattern).replaceAll(/\\(.)/gs, (escape, letter: string) => classes[letter] ?? escape);
  const different = /\\[wWbB]/.exec(source.replaceAll('\\\\', ''));
  if (different !== null) throw patternError(`${different[0]} matches ASCII only here but Unicode in tokenizer.json`);
  try {
    return new RegExp(source, 'gmu');
  } catch (error) {
    throw patternError((error as Error).message, error);
  }
}

function patternError(got: string, cause?: unknown): AttuneError {
  return new AttuneError('E_SPLIT_PATTERN', {
    what: 'The split pattern cannot be used to train a tokenizer',
    got,
    expected: `${Object.keys(splitPatterns).join(', ')}, or a regular expression with Unicode classes`,
    fix: 'write it so that JavaScript and Oniguruma, which reads tokenizer.json, interpret it alike',
    cause,
  });
}
