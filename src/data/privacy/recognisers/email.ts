/** Addresses of e-mail, also written around: "jane (at) example (dot) org". */
import { patternRecogniser, type Recogniser } from '../recogniser.ts';

const AT = String.raw`(?:@|\s?[[(]\s?(?:at|ät|arroba)\s?[\])]\s?)`;
const DOT = String.raw`(?:\.|\s?[[(]\s?(?:dot|punkt|point)\s?[\])]\s?)`;

/** Nearly every word may begin one, so that is not where to look first. */
const MARK = /@|[[(]\s?(?:at|ät|arroba)\s?[\])]/iu;

const addresses = patternRecogniser({
  name: 'email',
  kind: 'email',
  pattern: new RegExp(
    String.raw`(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}](?:[\p{L}\p{N}_%+'-]|\.(?!\.)){0,63}${AT}(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})${DOT}){1,5}\p{L}{2,24}(?![\p{L}\p{N}])`,
    'giu',
  ),
  isAnywhere: true,
  score: 0.99,
});

export const recogniser: Recogniser = {
  ...addresses,
  find: (text) => (MARK.test(text) ? addresses.find(text) : []),
};
