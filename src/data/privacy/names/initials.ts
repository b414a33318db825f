/** What belongs to a name on either side: "J. R. Whitcombe", "Sørensen, K. A.", "p. kowalski", "de Jong", "Thornbury III". */

const BEFORE = /(?<![\p{L}\p{N}.'’])(?:(?:\p{Lu}\p{Ll}?\.[ \u00a0]?-?){1,3}|[B-DF-HJ-NP-XZ]{1,2}[ \u00a0])$/u;
/** In front of a name in small letters. */
const BEFORE_SMALL = /(?<![\p{L}\p{N}.'’])\p{Ll}\. ?$/u;
const BEHIND = /^(?: \p{Lu}\.(?= \p{Ll}|[,;)]|$)|,? (?:\p{Lu}\.[ -]?){1,3}(?<=\.)(?![ ]?\p{L}))/u;
/** "(Sasha) Hrynkiw", "Jr.", "III", "s/o Rajendran", "binti Rahmat". */
const LATER =
  /^(?: (?:\(\p{Lu}\p{Ll}{1,15}\)|["“„«']\p{Lu}\p{Ll}{1,15}["”“»']) \p{Lu}\p{Ll}[\p{L}'’-]{1,30}|,? (?:Jr|Sr|jr|sr|JR|SR)(?!\p{L})\.?| (?:II|III|IV)(?![\p{L}\p{N}])| (?:[sdwSDW]\/[oO]|[aA]\/[lLpP]|bin|binti|binte|bt[e.]?) \p{Lu}\p{L}+(?: \p{Lu}\p{L}+)?)/u;
/** Small words that begin a name where a field, a line or a bracket does, or a number ends; such as begin one anywhere. */
const PARTICLES =
  /(?<=(?:^|[:;,(\n/\d]|\s[-–])\s?)(?:van|von|de|der|den|ten|ter|af|zu|di|da|du|del|della|dos|van['’]t)(?: (?:de|der|den|la|le|het|['’]t))? $/u;
const ANYWHERE =
  /(?<![\p{L}\p{N}])(?:von und zu|vo[nm] de[rm]|van de[rn]?|van ['’]t|de la|de las|de los|(?:De|Del|Della|Di|Da|Dos|La|Le|Van|Von|El|Al|Ben|Ibn|Abu|Mac|Ter|Ten)(?: (?:La|Las|Los|Le|Der|Den|De|la|las|los|le|der|den|de))?) $/u;
const REACH = 24;
/** "No. Smith" and "St. Anna" have no initial before them. */
const OTHER = /(?:No|Nr|St|Dr|Mr|Ms|Jr|Sr|Mt|Av|Al|Ul|Os|Pl)\.[ \u00a0]?$/;

export function withInitials(text: string, start: number, end: number): { start: number; end: number } {
  const earlier = text.slice(Math.max(0, start - REACH), start);
  const isSmall = /^\p{Ll}/u.test(text.slice(start, start + 1));
  const before =
    (isSmall ? BEFORE_SMALL : BEFORE).exec(earlier)?.[0] ??
    PARTICLES.exec(earlier)?.[0] ??
    ANYWHERE.exec(earlier)?.[0] ??
    '';
  const later = text.slice(end, end + REACH);
  const behind = (BEHIND.exec(later) ?? LATER.exec(later))?.[0].trimEnd() ?? '';
  return { start: start - (OTHER.test(before) ? 0 : before.length), end: end + behind.length };
}
