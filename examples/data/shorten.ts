/**
 * Characters of a text that are kept. What a model cannot read whole it does not answer when it is compared, so that
 * every system gets as much as fits the 128 tokens of Universal Sentence Encoder Lite.
 */
const LONGEST = 320;

/** The beginning of a text, up to the last whole word. */
export function shorten(text: string): string {
  if (text.length <= LONGEST) return text;
  const cut = text.slice(0, LONGEST + 1);
  const end = cut.search(/\s\S*$/);
  return end <= 0 ? cut.slice(0, LONGEST) : cut.slice(0, end).trimEnd();
}
