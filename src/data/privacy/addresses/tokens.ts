/** Tokens as the names' tagger has them, but one sign a token in scripts without spaces. */
import { tokensOf, type Token } from '../names/tokens.ts';

/** Thai, and from the CJK radicals to the compatibility forms, without Hangul. */
const UNSPACED = /[\u0e00-\u0eff\u2e80-\u9fff\uf900-\ufaff]/;

/** Of the whole text; the tokens of its words are shared. */
export function addressTokens(text: string): Token[] {
  const tokens = tokensOf(text);
  if (!UNSPACED.test(text)) return tokens;
  return tokens.flatMap((token) => {
    if (token.end - token.start < 2 || !UNSPACED.test(token.text)) return [token];
    return tokensOf([...token.text].join(' ')).map((sign, at) => {
      const start = token.start + at;
      return { ...sign, start, end: start + 1, style: token.style };
    });
  });
}
