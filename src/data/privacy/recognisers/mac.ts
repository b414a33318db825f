/** Hardware addresses of network cards. */
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'mac',
  kind: 'device',
  pattern:
    /(?<![\w:.-])(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![\w:-])|(?<![\w.])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\w.])/gi,
  score: 0.95,
});
