/** A name at the beginning of a sentence, by what only people do: "Resi kopiert es", "Bo bor ikke her", "Fitz and Dolly split it". */
import { asListed } from '../gazetteer.ts';
import { NOBODY_ALONE, NOT_NAMES } from '../name-words.ts';
import { standingOf } from '../names/features.ts';
import { isCountry } from '../names/roles.ts';
import { classOf } from '../names/word-classes.ts';
import type { Recogniser } from '../recogniser.ts';
import { WordPattern } from '../words/word-pattern.ts';

/** What people alone do, or are: in the third person, today and yesterday. */
const DOING = [
  String.raw`wants?|wanted|asks?|asked|called|rang|said|says|told|tells|thinks?|thought|knows?|knew|signed|lives|lived|works (?:in|at|for|on|from)|forgot|phoned|texted|emailed|married|insists|insisted|complains|complained|apologi[sz]ed|refused|agreed|prefers|hates|loves|wrote|paid|owes|split the|covers for|swapped|popped|picked up|dropped off|(?:is|was|['’]s) (?:sick|ill|off sick|on leave|on holiday|away today|running late|allergic|pregnant|retiring|on 0\d)|has (?:asked|called|signed|agreed|a (?:meeting|doctor|dentist))|(?:can['’]t|won['’]t|doesn['’]t|didn['’]t|couldn['’]t|will) (?:make it|come|be (?:late|there|in)|want|know|remember|sign|call|bring|sit|pay)|['’]s got the`,
  String.raw`sagt|sagte|meint|meinte|ruft|rief|möchte|wollte|hat (?:angerufen|gefragt|unterschrieben|Geburtstag|Urlaub|frei)|bringt|schickt mir|schrieb|wohnt|arbeitet|unterschreibt|kopiert|übernimmt|weiß|fragt|fragte|bittet|bat um|ist (?:krank|heute|im Urlaub|noch nicht|schon|nicht da)|kann (?:nicht|morgen|heute)|kommt (?:später|morgen|heute|nicht|um|erst)`,
  String.raw`veut|voulait|demande|a (?:demandé|appelé|signé|oublié|dit)|appelle|habite|travaille|pense|(?:ne |n['’])(?:viendra|vient|veut|peut|a) pas|ne viendra|est (?:malade|absente?|en congé|partie?)|ramène|amène|doit (?:passer|rappeler|signer)|dice|dijo|quiere|quería|llamó|no (?:contesta|viene|quiere|puede|sabe)|trae|trabaja|labura|firmó|pidió|preguntó|pregunta|está (?:enferm[oa]|de baja|de vacaciones)|ha (?:llamado|firmado|pedido|detto|chiamato|chiesto|firmato)|vuole|verrà|chiede|preferisce|abita|lavora|è (?:malat[oa]|in ferie|assente)`,
  String.raw`disse|ligou|ficou de|trouxe|mora|trabalha|assinou|pediu|perguntou|precisa|está (?:doente|de férias)|zegt|zei|wil|wilde|belde|belt|woont|werkt|vraagt|vroeg|had gelijk|ruilt|ruilen van|tekent|is (?:ziek|vrij|jarig|met vakantie)|heeft (?:gebeld|getekend|gevraagd)|komt (?:later|morgen|niet|pas)`,
  String.raw`mówi|powiedziała?|chce|chciała?|dzwonił?a?|przyjdzie|przyszedł|przyszła|prosiła?|prosi o|pytała?|pyta|mieszka|pracuje|podpisała?|zapomniała?|jest (?:chor[ya]|na urlopie)|säger|vill|ville|ringde|ringer|bor|arbetar|jobbar|undrar|skrev|är (?:sjuk|ledig|borta)|har (?:ringt|skrivit|frågat)|siger|sagde|sier|ringede|ringte|arbejder|jobber|spørger|spør|er (?:syg|syk|borte|på ferie|sykmeldt)|tager weekend\p{L}{0,2}`,
  String.raw`říká|řekla?|volala?|přijde|přišel|přišla|bydlí|podepsala?|je nemocn[ýá]|prosí|ptala? se|dedi|diyor|istiyor|aradı|oturuyor|çalışıyor|sanoi|sanoo|haluaa|soitti|asuu|on sairaana|pyysi`,
].join('|');
const NAME = String.raw`\p{Lu}[\p{L}\p{M}]{1,15}(?:-\p{Lu}\p{L}{1,12})?`;
const AND = '(?:and|&|und|et|y|e|en|i|och|og|a)';
const SENTENCE = new WordPattern(
  String.raw`(?<=^|[.!?:;]["”»]?\s{1,2}|\n\s{0,4}(?:[-*•]\s)?|["“„«(]|, )(?<one>${NAME})(?: ${AND} (?<other>${NAME}))?,?(?:(?=['’]s)| )(?:${DOING})(?!\p{L})`,
  'u',
);
const PRONOUNS =
  /^(?:i|he|she|it|we|they|you|who|one|man|er|sie|es|wir|ihr|die|der|das|wer|jemand|il|elle|on|nous|vous|ils|elles|qui|él|ella|ellos|usted|quien|lui|lei|egli|ella|chi|ele|ela|eles|quem|hij|zij|ze|men|wie|on|ona|ono|kto|han|hon|hun|den|det|de|vem|hvem|kdo|o|kim|hän|se|joku|das|dies|this|that|what|mom|mum|dad|mama|papa|god|lord|sir|madam|our|their|his|her|my|non|no|si|se|la|le|el|lo|un|una|per|con|que|che|les|los|las)$/i;

export const recogniser: Recogniser = {
  name: 'name-who-does',
  kind: 'name',
  *find(text) {
    for (const match of SENTENCE.matches(text)) {
      const { one, other } = match.groups!;
      if (!isSomebody(one)) continue;
      yield { start: match.index, end: match.index + one.length, score: 0.56 };
      if (other === undefined || !isSomebody(other)) continue;
      const start = match.index + match[0].indexOf(other, one.length);
      yield { start, end: start + other.length, score: 0.56 };
    }
  },
};

/** A word that a list has for a given name or a family; a role and a town only where it is nothing else: "Guest", "Paris". */
function isSomebody(word: string): boolean {
  if (PRONOUNS.test(word) || NOT_NAMES.has(word) || NOBODY_ALONE.has(asListed(word))) return false;
  if (isCountry(word.toLowerCase())) return false;
  const { given, family, city } = standingOf(word);
  if (given === '1') return true;
  return city === '0' && (given !== '0' || family !== '0') && classOf(word.toLowerCase()) === '-';
}
