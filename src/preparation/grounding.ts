/** Whether a model's text is supported by its source. Cheap and strict: unsupported text is left out. */

/** Minimum share of an answer's content words that occur in the source. */
const LEAST_SHARED = 0.5;

/** Why an answer is not grounded in its source; undefined if it is. */
export function groundingFault(
  { answer, quote }: { answer: string; quote?: string },
  source: string,
): string | undefined {
  const said = squeezed(source);
  if (quote !== undefined && (squeezed(quote) === '' || !said.includes(squeezed(quote))))
    return 'its quote is not in the source';
  const numbers = new Set(numbersIn(source));
  if (numbersIn(answer).some((number) => !numbers.has(number))) return 'it contains a number that is not in the source';
  const known = new Set(wordsIn(source));
  const words = wordsIn(answer);
  const shared = words.filter((word) => known.has(word)).length;
  return shared < LEAST_SHARED * words.length ? 'most of its words are not in the source' : undefined;
}

/** Letters and digits with single spaces, so that line breaks, quotes and emphasis are ignored. */
export function squeezed(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function numbersIn(text: string): string[] {
  return (text.match(/\d+(?:[.,]\d+)*/g) ?? []).map((number) => number.replaceAll(/[.,](?=\d{3}\b)/g, ''));
}

/** Words of four letters and more: shorter ones mostly hold sentences together. */
function wordsIn(text: string): string[] {
  return squeezed(text).match(/\p{L}{4,}/gu) ?? [];
}
