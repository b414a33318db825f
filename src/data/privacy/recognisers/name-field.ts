/** Names in forms and tables: what stands behind "SURNAME:", under a column "customer", or in the field "last_name". */
import { cellsUnder } from '../columns.ts';
import { asListed } from '../gazetteer.ts';
import { NOT_NAMES } from '../name-words.ts';
import { standingOf } from '../names/features.ts';
import { highestIn } from '../names/tagger.ts';
import type { Candidate, Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';
import { WordPattern } from '../words/word-pattern.ts';

/** Fields of which each value is a name or a part of one. */
const PARTS = String.raw`(?<=["'])(?:first|last|middle|given|family)(?=["'])|sur-?names?|fore-?names?|(?:first|last|given|middle|family|maiden|birth|full|legal|preferred|other|christian)[ _-]?names?(?:\(s\))?|nachnamen?|vornamen?|familiennamen?|geburtsnamen?|zunamen?|rufnamen?|nom de (?:famille|naissance|jeune fille|l['’]usager)|noms? et prénoms?|prénoms?|prenoms?|nom d['’]usage|(?:primer |segundo )?apellidos?[ _]?[12]?(?: y nombres?)?|nombre completo|nombres? y apellidos?|cognome(?: e nome)?|nome e cognome|achter-?naam|voor-?na(?:am|men)|voorletters|geboortenaam|roepnaam|nazwisko(?: rodowe| i imię)?|imi(?:ę|ona)(?: i nazwisko)?|sobrenome|apelidos?|nome (?:completo|próprio|de solteira)|efternamn|förnamn|tilltalsnamn|etternavn|fornavn|efternavn|sukunimi|etunimi|příjmení|jméno|prenume|soyadı?|name of (?:the )?(?:applicant|patient|insured|child|parent|guardian|witness|deceased|spouse|employee|student|tenant|claimant|holder|account holder|driver|owner|guest)|(?:applicant|patient|insured|child|parent|guardian|witness|spouse|employee|student|tenant|claimant|driver|owner|guest|customer|client|passenger|contact|beneficiary|member|cardholder|recipient|sender)(?:['’]s)?[ _]name`;
/** Fields of which a value may be a name. */
const PEOPLE = String.raw`name|nom|nombres?|nome|naam|imię|namn|navn|applicant|patient|claimant|insured|policy ?holder|tenant|landlord|customer|client|employee|student|guest|passenger|witness|owner|attendees?|participants?|contact|next of kin|payee|beneficiary|cardholder|account ?holder|recipient|sender|signatory|donor|member|teacher|doctor|physician|nurse|manager|author|assigned to|reported by|prepared by|approved by|signed by|antragsteller(?:in)?|patient(?:in)?|kunde|kundin|mieter(?:in)?|mitarbeiter(?:in)?|zeug(?:e|in)|versicherte[rn]?|versicherungsnehmer(?:in)?|ansprechpartner(?:in)?|empfänger(?:in)?|kontoinhaber(?:in)?|unterzeichner(?:in)?|demandeur|patiente|cliente?|assurée?|locataire|témoin|salariée?|titulaire|destinataire|solicitante|paciente|inquilino|testigo|empleado|titular|destinatario|asegurado|richiedente|paziente|inquilino|testimone|dipendente|intestatario|assicurato|aanvrager|patiënt|klant|huurder|getuige|werknemer|verzekerde|contactpersoon|wnioskodawca|pacjent(?:ka)?|klient(?:ka)?|najemca|świadek|pracownik|ubezpieczony|odbiorca|nadawca|utente|requerente|funcionário|testemunha|segurado|sökande|patient|kund|hyresgäst|vittne|anställd|försäkringstagare|mottagare`;
const LABELLED = new WordPattern(
  String.raw`(?<![\p{L}\p{N}_])(?:(?<part>${PARTS})|(?<person>${PEOPLE}))["']?(?:\s?\([^()\n]{1,30}\))?\s{0,3}[:=|]\s{0,4}["'«“]?`,
  'iu',
);
/** In capitals a form needs no colon: "NAME OF APPLICANT RAVI PILLAI". */
const IN_CAPITALS = new Expression(
  /(?<![\p{L}\p{N}])(?:NAME OF [A-Z]{4,12}|SURNAME|FULL NAME|FIRST NAME|LAST NAME|NACHNAME|VORNAME|APELLIDOS|COGNOME|NAZWISKO|EFTERNAMN|ACHTERNAAM)[ \t]{1,4}(?=\p{Lu})/gu,
);
/** Up to five words; in a part of a name also in small letters. */
const PIECE = String.raw`(?:\p{Lu}\.|[\p{L}\p{M}][\p{L}\p{M}'’.-]{0,30})`;
const VALUE = new RegExp(String.raw`${PIECE}(?:,?[ \u00a0]${PIECE}){0,4}`, 'uy');
const CAPITALISED =
  /^(?:(?:d['’]|l['’]|al-|el-|van|von|de|der|den|del|della|di|da|dos|das|du|la|le|bin|ten|ter|zu|af|av|y|e|i)[ ]?)*\p{Lu}/u;
/** Where the value of the next field would begin. */
const NEXT_LABEL = /[ ]{2,}|\s\p{L}{2,20}[:=|]|[|;,\t]/u;
/** Columns are told by their whole names. */
const PART_COLUMN = new RegExp(String.raw`^["']?(?:first|last|${PARTS})["']?$`, 'iu');
const COLUMN = new RegExp(String.raw`^["']?(?:${PEOPLE})["']?$`, 'iu');
const LONGEST = 60;
const NOBODY =
  /^(?:none|n\/?a|unknown|null|true|false|yes|no|nil|self|same|tbd|tba|string|text|required|optional|undefined|admin|root|default|anonymous|keine?|unbekannt|aucune?|ninguno|nessuno|geen|brak|nenhum|ingen|everyone|all|users?|patients?|customers?)$/iu;

export const recogniser: Recogniser = {
  name: 'name-field',
  kind: 'name',
  *find(text) {
    let hasSiblings: boolean | undefined;
    for (const { 0: label, index, groups } of LABELLED.matches(text)) {
      const isPart = groups!.part !== undefined || (SHORT_NAME.test(label) && (hasSiblings ??= SIBLINGS.test(text)));
      yield* valueAt(text, index + label.length, isPart ? 1 : 0);
    }
    for (const { 0: label, index } of IN_CAPITALS.matches(text)) yield* valueAt(text, index + label.length, 1);
    for (const { start, end } of cellsUnder(text, PART_COLUMN)) {
      if (isName(text.slice(start, end), true)) yield { start, end, score: 0.8 };
    }
    for (const { start, end } of cellsUnder(text, COLUMN)) {
      const cell = text.slice(start, end);
      if ((isName(cell, false) && !isPlain(text, start, cell)) || isKnown(cell)) yield { start, end, score: 0.7 };
    }
  },
};

/** "nom" is a part of the name where "prenom" stands beside it. */
const SHORT_NAME = /^["']?(?:nom|name|nombre|nome|naam|namn|nazwisko)(?!\p{L})/iu;
const SIBLINGS =
  /(?<![\p{L}\p{N}])(?:pr[ée]noms?|vorname|apellidos?|cognome|sobrenome|apelido|sur-?name|first[_ ]?name|förnamn|voornaam|imi[ęe])(?!\p{L})/iu;

function* valueAt(text: string, from: number, isPart: number): Generator<Candidate> {
  VALUE.lastIndex = from;
  const value = VALUE.exec(text)?.[0];
  if (value === undefined || value.length > LONGEST) return;
  // What the next field is called is no part of this one's value.
  const line = text.slice(from, from + LONGEST * 2).split('\n')[0];
  const next = line.search(NEXT_LABEL);
  const isTurned = next > 0 && line[next] === ',' && /^,\s?\p{Lu}/u.test(line.slice(next));
  const bound = next < 0 || isTurned ? value.length : Math.min(value.length, next);
  const found = value.slice(0, bound).replace(/(?<=\p{L}{2})[.,'’-]+$|[\s,]+$/u, '');
  if (!isName(found, isPart === 1) || (isPart !== 1 && isPlain(text, from, found))) return;
  yield { start: from, end: from + found.length, score: isPart === 1 ? 0.88 : 0.6 };
}

const LEAST = 0.1;

/** "Kunde: Guten Abend": words of everyday language, or abbreviations, that nothing around them makes a name. */
function isPlain(text: string, start: number, value: string): boolean {
  const words = value.match(/\p{L}[\p{L}\p{M}'’-]*/gu) ?? [];
  const isNone = words.every((word) => {
    const { given, family, everyday } = standingOf(word);
    return given !== '1' && family !== '1' && (everyday === '1' || /^\p{Lu}{2,4}$/u.test(word));
  });
  return isNone && highestIn(text, start, start + value.length) < LEAST;
}

/** One word of a list. */
function isKnown(cell: string): boolean {
  if (!/^\p{Lu}[\p{L}'’-]{2,}$/u.test(cell) || NOT_NAMES.has(asListed(cell))) return false;
  const { given, family } = standingOf(cell);
  return given === '1' || family === '1';
}

function isName(value: string, isPart: boolean): boolean {
  if (value.length < 2 || NOBODY.test(value) || (!isPart && NOT_NAMES.has(value))) return false;
  if (!/^[\p{L}\p{M}'’. ,"-]+$/u.test(value) || /\p{Ll}\p{Lu}\p{Ll}*\p{Lu}/u.test(value)) return false;
  const words = value.split(/[ ,]+/);
  if (!CAPITALISED.test(value)) return isPart && words.length <= 3 && value.length <= 30;
  // "Patient: Complains of headache" is a sentence.
  const small = words.filter((word) => /^\p{Ll}{4,}/u.test(word)).length;
  return small === 0 && (isPart || words.length > 1);
}
