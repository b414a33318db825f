/** IP addresses of versions 4 and 6. A four-part version number looks the same; its context decides. */
import { isIP } from 'node:net';
import type { Recogniser } from '../recogniser.ts';

const PATTERN =
  /(?<![\w.:])(?:(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)|(?=[0-9a-f]{0,4}:[0-9a-f]{0,4}:)[0-9a-f:]{2,39}(?:(?:\d{1,3}\.){3}\d{1,3})?(?![\w:]))/gi;
const VERSION =
  /(?:\bv|version|release|firmware|build|\brev\.?|kernel|section|clause|§|chapter|kapitel)\s{0,2}[:=]?\s{0,2}$/i;
/** The unspecified address and localhost. */
const OF_NOBODY = /^(?:0\.0\.0\.0|127\.\d+\.\d+\.\d+|::1?)$/;

export const recogniser: Recogniser = {
  name: 'ip',
  kind: 'ip',
  digits: 1,
  *find(text) {
    for (const { 0: value, index } of text.matchAll(PATTERN)) {
      if (isIP(value) === 0 || OF_NOBODY.test(value)) continue;
      if (VERSION.test(text.slice(Math.max(0, index - 16), index))) continue;
      yield { start: index, end: index + value.length, score: 0.9 };
    }
  },
};
