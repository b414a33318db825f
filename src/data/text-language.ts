/** Language detection. */

/**
 * Candidate languages besides the requested ones. With all known languages as candidates, a tenth of English manuals
 * would count as Irish, Hindi or Klingon because of program names.
 */
const LIKELY = 'ar bg cs da de el en es fa fi fr he hu id it ja ko nl no pl pt ro ru sk sv th tr uk vi zh'.split(' ');

/** Number of characters examined. */
const LOOKED_AT = 2000;

/** Below this confidence detection is a guess: names and figures make "4 mugs cost 22 euros" French. */
const LEAST_LIKELY = 0.12;

/**
 * Detects a text's language as ISO 639-1; undefined if it is not recognised. A wanted language wins if it is at least
 * half as likely as the best one. The word lists are loaded on first use.
 */
export async function languageTeller(wanted: readonly string[]): Promise<(text: string) => string | undefined> {
  const { detectAll } = await import('tinyld');
  const only = [...new Set([...LIKELY, ...wanted])];
  return (text) => {
    const found = detectAll(text.slice(0, LOOKED_AT), { only });
    const best = found.at(0);
    if (best === undefined) return undefined;
    const own = found.find(({ lang, accuracy }) => wanted.includes(lang) && accuracy >= best.accuracy / 2);
    if (own !== undefined) return own.lang;
    return best.accuracy < LEAST_LIKELY ? undefined : best.lang;
  };
}
