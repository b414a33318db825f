/** Which language a text is in. */

/**
 * What a text is taken for, besides the languages that are asked about. Among all that are known, names of programs make
 * Irish, Hindi or Klingon of a tenth of English manuals.
 */
const LIKELY = 'ar bg cs da de el en es fa fi fr he hu id it ja ko nl no pl pt ro ru sk sv th tr uk vi zh'.split(' ');

/** Enough of a text to tell its language by. */
const LOOKED_AT = 2000;

/** Gives a text's language as ISO 639-1; undefined where it is not recognised. The words are loaded for those who ask. */
export async function languageTeller(wanted: readonly string[]): Promise<(text: string) => string | undefined> {
  const { detect } = await import('tinyld');
  const only = [...new Set([...LIKELY, ...wanted])];
  return (text) => detect(text.slice(0, LOOKED_AT), { only }) || undefined;
}
