import { table } from '../../../base/table.ts';
import { AttuneError } from '../../../base/errors.ts';

/**
 * How text is cut into pieces before merging, as regular expressions that both Oniguruma (in tokenizer.json) and
 * JavaScript read. They differ in digits: `gpt2` keeps a number whole, `llama3` cuts it into threes, `qwen2` into
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

/** The pattern's source: a known name, or a regular expression of the user's own. */
export function patternSource(pattern: string): string {
  return Object.hasOwn(splitPatterns, pattern) ? splitPatterns[pattern as SplitPatternName] : pattern;
}

// Oniguruma's meaning of these classes; JavaScript's are ASCII, or (for white space) differ in two characters.
const classes: Record<string, string> = table({
  s: String.raw`\p{White_Space}`,
  S: String.raw`\P{White_Space}`,
  d: String.raw`\p{Nd}`,
  D: String.raw`\P{Nd}`,
});

/**
 * The same pattern for JavaScript: `^` and `$` stand at lines, as in Oniguruma.
 * @throws E_SPLIT_PATTERN also for what the two read differently
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
