/** Links with a scheme, "www." or a path; a bare host is a hint. */
import { patternRecogniser } from '../recogniser.ts';

const REST = String.raw`[^\s<>"'()[\]{}|\\^]`;
const TOP =
  '(?:com|org|net|edu|gov|info|io|co|de|fr|es|it|nl|pl|se|ch|at|be|eu|uk|dk|no|fi|pt|cz|br|in|mx|ar|tr|ca|au|me|dev|app|ai)';
const HOST = String.raw`(?:[a-z\d][a-z\d-]{0,40}\.){1,4}${TOP}`;

export const recogniser = patternRecogniser({
  name: 'url',
  kind: 'url',
  needs: /:\/\/|\w\.\w/,
  pattern: new RegExp(
    String.raw`(?<![\p{L}\p{N}@.-])(?:(?:https?|ftps?|sftp|wss?|ssh|git|ldaps?|rtsp|smb|irc):\/\/${REST}{3,2000}|www\.${REST}{3,2000}|${HOST}\/${REST}{1,500})(?<![.,;:!?])`,
    'giu',
  ),
  score: 0.9,
});

/** "minarossi.com": only the words around can decide. */
export const host = patternRecogniser({
  name: 'host',
  kind: 'url',
  needs: /\w\.\w/,
  pattern: new RegExp(String.raw`(?<![\p{L}\p{N}@./-])${HOST}(?![\p{L}\p{N}@/-]|\.\p{L}|\()`, 'giu'),
  score: 0.3,
});
