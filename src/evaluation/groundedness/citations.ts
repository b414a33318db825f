/** Quotations in an answer, checked verbatim against the source. */

/** Shorter quotations are names, such as those of buttons, or words under discussion. */
const LEAST_WORDS = 3;
const QUOTED = /"([^"\n]+)"|“([^”\n]+)”|„([^“\n]+)“|«([^»\n]+)»/gu;

export interface Citations {
  quotes: number;
  /** Quotations that are not in the source. */
  wrong: readonly string[];
}

/** Treats line breaks and runs of spaces as one space; otherwise the match is exact. */
export function checkCitations(answer: string, source: string): Citations {
  const said = spaced(source);
  const found = [...answer.matchAll(QUOTED)].map(([, ...groups]) => groups.find((text) => text !== undefined) ?? '');
  const quotes = found.filter((quote) => (quote.match(/\S+/gu)?.length ?? 0) >= LEAST_WORDS);
  return { quotes: quotes.length, wrong: quotes.filter((quote) => !said.includes(spaced(quote))) };
}

function spaced(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}
