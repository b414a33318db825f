import { AttuneError } from '../../base/errors.ts';

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

/**
 * The same pattern for JavaScript. Its `\s` counts U+FEFF and leaves out U+0085, Oniguruma's the other way round;
 * the Unicode property is what Oniguruma means.
 */
export function compileSplitPattern(pattern: string): RegExp {
  const source = patternSource(pattern).replaceAll(/\\(.)/gs, (escape, letter: string) =>
    letter === 's' ? String.raw`\p{White_Space}` : letter === 'S' ? String.raw`\P{White_Space}` : escape,
  );
  try {
    return new RegExp(source, 'gu');
  } catch (error) {
    throw new AttuneError('E_SPLIT_PATTERN', {
      what: 'The split pattern is not a regular expression that JavaScript reads',
      got: (error as Error).message,
      expected: `${Object.keys(splitPatterns).join(', ')}, or a regular expression with Unicode classes`,
      fix: 'the pattern has to mean the same in JavaScript and in Oniguruma',
      cause: error,
    });
  }
}
