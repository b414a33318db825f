/** Addresses of the web, with and without their scheme. */
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'url',
  kind: 'url',
  needs: { character: '.' },
  pattern:
    /(?<![\p{L}\p{N}@.-])(?:(?:https?|ftps?|sftp|wss?|ssh|git):\/\/[^\s<>"'`)\]}]{3,2000}|www\.[^\s<>"'`)\]}]{3,2000}|(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}(?:com|org|net|edu|gov|io|info|biz|health|co\.uk|org\.uk|nhs\.uk|de|fr|es|it|nl|pl|se|ch|at|be|com\.br|eu)(?:\/[^\s<>"'`)\]}]{0,500}|(?![\p{L}\p{N}@.-]|\()))(?<![.,;:!?])/giu,
  score: 0.9,
});
