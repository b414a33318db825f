/** Addresses of the web; without their scheme where they have a path, or a word says that they are one. */
import { patternRecogniser } from '../recogniser.ts';

const REST = '[^\\s<>"\'`)\\]}]';
const HOST = String.raw`(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}(?:com|org|net|edu|gov|io|info|biz|health|co\.uk|org\.uk|nhs\.uk|de|fr|es|it|nl|pl|se|ch|at|be|com\.br|eu|dk|no|cz|fi|pt|ca|com\.au|in|com\.mx|com\.ar|com\.tr)`;
const WORDS =
  'website|web ?site|homepage|home page|site|web|visit|blog|portfolio|url|internet|webseite|besuchen sie|page perso|página|página web|sito(?: web)?|strona|hjemmeside|hjemmesiden|hemsida|webové stránky|web sitesi|nettside|(?:contact|reach|find|visit|see|follow) (?:us|me|him|her|them)';

export const recogniser = patternRecogniser({
  name: 'url',
  kind: 'url',
  needs: { character: '.' },
  pattern: new RegExp(
    String.raw`(?<![\p{L}\p{N}@.-])(?:(?:https?|ftps?|sftp|wss?|ssh|git|ipp|ldaps?|rtsp|smb|irc):\/\/${REST}{3,2000}|www\.${REST}{3,2000}|${HOST}\/${REST}{0,500}|(?<=(?<!\p{L})(?:${WORDS})(?: is| at)?(?:["'\]]?\s?[:=|(–-]\s?["']?|\s["']?))${HOST}(?![\p{L}\p{N}@.-]|\())(?<![.,;:!?])`,
    'giu',
  ),
  score: 0.9,
});
