/** Numbers and secrets of people in tables, told by what their column is called: "Guest|Room|Passport". */
import { fold, termAt, wordsOf, type Term } from '../announcing/terms.ts';
import { cellsUnder } from '../columns.ts';
import type { Kind } from '../kinds.ts';
import type { Candidate, Recogniser } from '../recogniser.ts';

/** Columns that no table of announcing words has. */
const OTHERS: readonly [Kind, RegExp, RegExp][] = [
  [
    'phone',
    /^(?:(?:tel|cel|mobile?|mob|cell|handy|home|work|day|contact|emergency) ?)?(?:tele?f[oe]n\p{L}{0,4}|tel|phone|phones|mobile?|mob|cell|cellular\p{L}?|celular|movil|handy\p{L}{0,6}|gsm|telemovel|telefoonnr|rufnummer|komorka|komorkowy|puhelin|puh|whatsapp|contacto?|portable)(?: (?:no|nr|number|nummer|numero|1|2))?$/u,
    /^\+?\(?\d[\d ()./-]{5,20}\d(?: ?x\d{1,5})?$/,
  ],
  ['fax', /^(?:tele)?fax(?: (?:no|nr|number))?$/u, /^\+?\(?\d[\d ()./-]{5,20}\d$/],
  [
    'secret',
    /^(?:(?:temp|initial|wifi|wi fi) )?(?:pass(?:word|wort|code|phrase)?|passwd|pwd|pw|pin(?: ?code)?|kennwort|mot de passe|mdp|contrasena|clave|senha|palavra passe|wachtwoord|haslo|losenord|adgangskode|kodeord|passord|heslo|sifre|parola|(?:door|gate|access|alarm|entry)(?: ?code)|turcode|digicode|token|api key|secret)$/u,
    /^\S{3,64}$/,
  ],
  [
    'code',
    /^(?:user ?names?|user|login|user ?id|handle|account name|benutzer(?:name)?|kurzel|utilisateur|identifiant|usuario|utente|nome utente|utilizador|gebruiker(?:snaam)?|uzytkownik|anvandar(?:namn|e)|bruger(?:navn)?|bruker(?:navn)?|uzivatel|kullanici(?: adi)?)$/u,
    /^@?[A-Za-z][\w.-]{2,31}$/,
  ],
  [
    'age',
    /^(?:age|alter|age \(?(?:years|yrs)\)?|edad|eta|idade|leeftijd|wiek|alder|vek|yas|ika)$/u,
    /^(?:9\d|1[01]\d|12[0-5])$/,
  ],
];
const NUMBERED = /^(?=.*\d.*\d)[\p{L}\d][\p{L}\d ./-]{2,30}$/u;
/** A day, an amount, a year. */
const NONE =
  /^(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|(?:19|20)\d\d(?:-\d\d-\d\d)?|\d{1,3}(?:[.,]\d{3})*[.,]\d\d|\d{1,2}:\d\d)$/;
const LEAST = 3;
const LONGEST = 32;

/** What a column holds, and whether its numbers are those of people by its name alone. */
function columnOf(name: string): { kind: Kind; shape: RegExp; isOwn: boolean } | undefined {
  if (name.length > LONGEST) return undefined;
  const words = wordsOf(fold(name.replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')));
  if (words.length === 0 || words.length > 4) return undefined;
  const folded = words.filter((word) => word !== '#').join(' ');
  const other = OTHERS.find(([, columns]) => columns.test(folded));
  if (other !== undefined) return { kind: other[0], shape: other[2], isOwn: true };
  const terms: Term[] = [];
  for (let at = words.length - 1; at >= 0;) {
    const match = termAt(words, at);
    if (match !== undefined) terms.push(match.term);
    at -= match?.count ?? 1;
  }
  if (terms.some(({ role }) => role === 'block')) return undefined;
  const own = terms.find(({ role }) => role === 'own');
  const term = own ?? terms.find(({ role }) => role === 'about');
  if (term === undefined) return undefined;
  return { kind: term.kind, shape: NUMBERED, isOwn: own !== undefined || terms.some(({ role }) => role === 'number') };
}

export const recogniser: Recogniser = {
  name: 'table-column',
  kind: 'code',
  *find(text) {
    const isWanted = { test: (name: string) => columnOf(name) !== undefined };
    for (const { start, end, column } of cellsUnder(text, isWanted)) {
      const { kind, shape, isOwn } = columnOf(column)!;
      const cell = text.slice(start, end);
      if (!shape.test(cell) || NONE.test(cell) || !hasEnough(cell, shape, isOwn)) continue;
      yield { start, end, kind, score: 0.8 } satisfies Candidate;
    }
  },
};

/** Under a column that is called after people only, a number must be none that counts something. */
function hasEnough(cell: string, shape: RegExp, isOwn: boolean): boolean {
  if (shape !== NUMBERED) return true;
  const digits = cell.replaceAll(/\D/g, '').length;
  return isOwn ? digits >= LEAST : digits >= 6 || (digits >= LEAST && /\p{L}|\d[/-]\d/u.test(cell));
}
