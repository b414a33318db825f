/** Numbers, codes and names that an answer copies from its prompt. */

const TOKENS = /[\p{L}\p{M}\p{N}]+(?:[-_.:/@'’][\p{L}\p{M}\p{N}]+)*/gu;
const NAME = /^\p{Lu}[\p{L}\p{M}]+(?:[-'’]\p{Lu}[\p{L}\p{M}]+)*$/u;
/** Text before a word that is capitalised in any case. */
const SENTENCE_START = /(?:^|[.!?…:\n]["“”'(]?|["“])\s*$/u;

/** Order numbers, amounts, dates: words with a digit. */
export function codesIn(text: string): Set<string> {
  return new Set((text.match(TOKENS) ?? []).filter((token) => /\p{N}/u.test(token)));
}

/** Names and codes in a text, as written. */
export function tokensIn(text: string): Set<string> {
  return new Set(text.match(TOKENS) ?? []);
}

/** Codes of the right answer that are in the prompt, and capitalised words of both that are not sentence starts in both. */
export function copiedValues(prompt: string, reference: string): string[] {
  const asked = tokensIn(prompt);
  const inside = new Set([...namesInside(prompt), ...namesInside(reference)]);
  return [...tokensIn(reference)].filter((token) => asked.has(token) && (/\p{N}/u.test(token) || inside.has(token)));
}

function* namesInside(text: string): Generator<string> {
  for (const { 0: token, index } of text.matchAll(TOKENS))
    if (NAME.test(token) && !SENTENCE_START.test(text.slice(Math.max(0, index - 8), index))) yield token;
}

/** Whether an answer contains a number or code that occurs in none of its sources. */
export function hasInvented(answer: string, sources: readonly string[]): boolean {
  const known = new Set(sources.flatMap((text) => [...codesIn(text)]));
  return [...codesIn(answer)].some((code) => !known.has(code));
}

export function replaceTokens(text: string, others: ReadonlyMap<string, string>): string {
  return text.replaceAll(TOKENS, (token) => others.get(token) ?? token);
}
