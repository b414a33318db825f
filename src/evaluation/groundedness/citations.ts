/** Stretches that an answer gives as quoted, checked against the source to the character. */

/** Shorter ones are names of buttons and words that are spoken of. */
const LEAST_WORDS = 3;
const QUOTED = /"([^"\n]+)"|“([^”\n]+)”|„([^“\n]+)“|«([^»\n]+)»/gu;

export interface Citations {
  quotes: number;
  /** Citations that are not in the source. */
  wrong: readonly string[];
}

/** Line ends and runs of spaces count as one space; nothing else is forgiven. */
export function checkCitations(answer: string, source: string): Citations {
  const said = spaced(source);
  const found = [...answer.matchAll(QUOTED)].map(([, ...groups]) => groups.find((text) => text !== undefined) ?? '');
  const quotes = found.filter((quote) => (quote.match(/\S+/gu)?.length ?? 0) >= LEAST_WORDS);
  return { quotes: quotes.length, wrong: quotes.filter((quote) => !said.includes(spaced(quote))) };
}

function spaced(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}
