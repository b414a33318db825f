/** The rest of the phrase around a word for a record of somebody's body: "the stored … of her left hand", "… Nr. 4". */
import { latin } from '../latin.ts';
import type { Candidate, Recogniser } from '../recogniser.ts';

/** What stands in front: articles, whose it is, which side, what was done with it. */
const IN_FRONT = [
  `\\p{Ll}{3,14}['’]s|framed|fundus|facial|the|a|an|his|her|my|your|their|our|its|this|that|both|two|three|left|right|left-eye|right-eye|single|full|partial|latent|inked|rolled|digital|digitised|digitized|optical|3d|live|high-resolution|old|new|original|updated|recent|current|first|second|stored|scanned|saved|recorded|enrolled|captured|registered|encrypted|hashed|handwritten|printed|attached|enclosed|signed|blurred|cropped|colou?r|black-and-white|clinical|official|staff|employee|student|patient|police|cctv|webcam|security|company|school|passport|index|middle|ring|little`,
  `der|die|das|den|dem|des|eine?[mnrs]?|seine?[mnrs]?|ihre?[mnrs]?|meine?[mnrs]?|unsere?[mnrs]?|deine?[mnrs]?|diese[mnrs]?|linke[mnrs]?|rechte[mnrs]?|gespeicherte[mnrs]?|hinterlegte[mnrs]?|erfasste[mnrs]?|gescannte[mnrs]?|aktuelle[mnrs]?|alte[mnrs]?|neue[mnrs]?|digitale[mnrs]?|biometrische[mnrs]?|beigefügte[mnrs]?|beiliegende[mnrs]?|verschlüsselte[mnrs]?`,
  `les?|la|l['’]|une?|son|sa|ses|mon|ma|mes|ton|ta|votre|vos|notre|leurs?|cette|cet|ce|deux|ancienne?|nouvelle|nouveau|el|los?|las|una?|unos|unas|su|sus|mi|mis|tu|nuestr[oa]|il|gli|i|un['’]|uno|(?:il|la|un|una|al|del) (?:suo|sua|mio|mia)|suo|sua|mio|mia|o|os|as?|um|uma|seu|minha|meu`,
  `het|de|een|zijn|haar|mijn|uw|jouw|hun|linker|rechter|opgeslagen|digitale|nieuwe|oude|jego|jej|mój|moja|moje|lewy|prawy|nowe?|stare?|zapisany|en|ett|et|den|det|hans|hennes|hendes|min|mitt?|din|ditt?|vores|høyre|venstre|højre|högra|vänstra|lagrede|lagrade|svůj|můj|moje|jeho|její|levý|pravý|uložený|sağ|sol|bir|onun`,
].join('|');
const BEFORE = new RegExp(latin(String.raw`(?<![\p{L}\p{N}-])(?:(?:${IN_FRONT})(?: |(?<=['’]))){1,5}$`), 'i');
const SIDE = `left|right|index|middle|ring|little|upper|lower|whole|entire|own|residual|surgical|infected|big|third|fourth`;
const SIDE_BEHIND = `gauches?|droite?s?|derech[oa]s?|izquierd[oa]s?|direit[oa]s?|esquerd[oa]s?|destr[oaie]|sinistr[oaie]`;
/** What stands behind: of which part or of whom, which side, its number. */
const BEHIND = [
  String.raw` (?:for|para|per|pour|für|voor) (?:(?:a|the|o|el|la|il|un|een|den|einen?) )?(?:(?:dna|dns|adn|paternity|paternidade)[- ]?(?:test(?:ing|s)?|analysis|analyse|abgleich|profil)|(?:exame|teste|análise|análisis|prueba|test|esame|analisi|analyse) (?:de |d['’]|del |di )(?:adn|dna|paternidade|paternidad|paternità|paternité))`,
  String.raw` of (?:(?:the|his|her|their|my|your|our|both|each|an?|all) )?(?:(?:${SIDE}) ){0,2}(?:\p{Ll}{2,20}['’]s )?(?:(?:${SIDE}) ){0,2}\p{Ll}{2,20}`,
  String.raw` (?:der|des|seine[rs]|ihre[rs]|meine[rs]) (?:(?:linken|rechten|operierten|verletzten) )?(?!(?:Frau|Herrn|Dr|Fa|Firma)\b)\p{Lu}\p{Ll}{2,20}| (?:rechte[rs]?|linke[rs]?) \p{Lu}\p{Ll}{2,20}| (?:vom|am) (?:(?:linken|rechten) )?\p{Lu}\p{Ll}{2,20}`,
  String.raw` (?:du|de la|de l['’]|de son|de sa|de mon|de ma|de ses|des|del|de la|de su|de mi|de sus|do|da|dos|das|de seu|de sua|della|dell['’]|del suo|della sua|dello|dei|delle) ?(?!(?:part|place|société|empresa|mes|año|ano)(?!\p{L}))\p{Ll}{3,20}(?: (?:${SIDE_BEHIND}))?`,
  String.raw` (?:${SIDE_BEHIND}|frontal(?:e|es)?|de face|de frente|di fronte)`,
  String.raw` van (?:(?:de|het|haar|zijn|mijn|een|uw) )?(?:(?:linker|rechter) ?)?\p{Ll}{3,20}`,
  String.raw` (?:(?:lewej|prawej|lewego|prawego|jego|jej) )(?:ręki|dłoni|kciuka|oka|palca|twarzy)| (?:podejrzan|pacjent|pracowni|klient|dzieck|oskarżon)\p{L}{1,5}`,
  String.raw` (?:av|på|från|af|fra) (?:(?:hennes|hans|hendes|patientens|pasientens|min|sin|den|det|höger|vänster|höyre|høyre|venstre|højre|högra|vänstra) ){1,2}\p{Ll}{2,20}`,
  String.raw` (?:(?:pravé|levé|pravého|levého|jeho|její) )?(?:pacient|zaměstnan|klient|podezřel|oběti|řidič|žadatel|ruky|palce|oka|dlaně|ukazováčku)\p{L}{0,5}`,
].join('|');
const NUMBERED = String.raw` (?:(?:no|nr|n°|nº|id|ref|č)\.? ?)?#?(?=[\w-]{0,24}\d)(?:[A-Za-z]{1,6}[_-])?\d[\w-]{0,24}(?![\p{L}\p{N}]|[.,:/]\d)`;
/** "fingerprint" may be no more than the first part of what was found. */
const KEPT_AS = String.raw`(?:[ -](?:templates?|scans?|samples?|data|profiles?|images?|records?|hash(?:es)?|codes?|files?|vectors?|embeddings?|readings?|vorlagen?|daten|muster|schablonen?|gabarit|plantilla|modello|modelo|sjabloon|mall|skabelon|šablona|şablonu|kaydı)){0,2}`;
const TAKEN = String.raw` dated (?:19|20)\d\d| lifted from the \p{Ll}{3,16}| taken (?:at|in|by|on) the \p{Ll}{3,16}`;
const AFTER = new RegExp(latin(String.raw`^${KEPT_AS}(?:${BEHIND})?(?:${TAKEN})?(?![\p{L}\p{N}])`));
/** A number that is written as no quantity is: behind "no.", or of letters and digits. */
const NUMBER_AFTER = new RegExp(
  latin(String.raw`^(?:(?= (?:no|nr|n°|nº|id|ref|č)[. #])|(?= #?(?:[A-Za-z]{1,6}[_-]\d|\d{1,6}-[A-Z])))${NUMBERED}`),
  'i',
);
/** "picture of her" goes on: "left ankle". */
const IS_CUT = / (?:of|with|showing) (?:his|her|their|my|your|our|the)$/i;
const CUT_OFF = new RegExp(latin(String.raw`^ (?:(?:${SIDE}) ){0,2}\p{Ll}{2,20}(?![\p{L}\p{N}])`));
const REACH = 60;
const LOOK = 90;

/** A recogniser whose finds are the heads of phrases, but for those that something behind them says more of. */
export function withPhrases(recogniser: Recogniser, isTold = (_behind: string): boolean => false): Recogniser {
  return {
    ...recogniser,
    *find(text) {
      for (const one of recogniser.find(text)) {
        const phrase = grown(text, one);
        if (!isTold(text.slice(phrase.end, phrase.end + LOOK))) yield phrase;
      }
    },
  };
}

function grown(text: string, one: Candidate): Candidate {
  const start = one.start - (BEFORE.exec(text.slice(Math.max(0, one.start - REACH), one.start))?.[0].length ?? 0);
  const behind = text.slice(one.end, one.end + REACH);
  const rest = IS_CUT.test(text.slice(one.start, one.end)) ? CUT_OFF : AFTER;
  const end = one.end + (NUMBER_AFTER.exec(behind)?.[0] ?? rest.exec(behind)?.[0] ?? '').length;
  return { ...one, start, end };
}
