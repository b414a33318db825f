/** Pictures by who is in them, or what of somebody's body: "lobby camera still of his face", "photo de ma tache sur la joue". */
import { latin } from '../latin.ts';
import { PICTURE_WORDS, type PictureWords } from '../pictures.ts';
import { PICTURE_WORDS_NORTH_EAST } from '../pictures-north-east.ts';
import type { Candidate, Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';
import { Walk } from '../words/walk.ts';
import { withPhrases } from './noun-phrase.ts';

const PRONOUN = String.raw`him|me|us|them|himself|herself|themselves|myself|her(?= (?:in|at|on|with|near|and|as|from|by|holding|wearing|sitting|standing|next)(?!\p{L})|[.,;:!?)]|$)`;
/** "customer's", "min sons": whose face it is. */
const GENITIVE = String.raw`(?:s?['’]s?|s)`;

function patternOf(words: PictureWords): string {
  const { pictures, screens, between, of, ofThe, front, people, bodies, limbs, own, kinds } = words;
  const fronts = (most: number, least = 0): string =>
    String.raw`(?:(?:(?:${front}) |l['’]|un['’]|d['’]){${least},${most}})`;
  const middle = between === undefined ? '' : String.raw`(?: (?:${between})){0,2}`;
  const some = String.raw`(?:(?:${of === '' ? '(?!)' : of})${fronts(3, 1)}|(?:${ofThe})${fronts(2)})`;
  const any = String.raw`(?:${[of, ofThe].filter((one) => one !== '').join('|')})${of === '' || ofThe === '' ? '?' : ''}`;
  const body = String.raw`(?:${any}${fronts(3)}(?:${bodies})|${any}(?:${own}) ${fronts(2)}(?:${limbs}))`;
  const bodyOf = String.raw`${some}(?:${people})${GENITIVE} ${fronts(2)}(?:${bodies}|${limbs})`;
  const somebody = String.raw`(?:${some}(?<who>${people})|(?:of|showing|with) (?:${PRONOUN}))`;
  const shown = String.raw`(?:${pictures})${middle} (?:${bodyOf}|${body}|${somebody})|(?:${screens}) (?:${bodyOf}|${body})`;
  return latin(String.raw`(?<![\p{L}\p{N}-])(?:${shown}|${kinds})(?![\p{L}\p{N}-])`);
}

/** Of their own: most texts speak of no picture, and these would make the table of all others larger. */
const walk = new Walk();

interface Language {
  shown: Expression;
  weak?: Expression;
  tail: RegExp;
  isOfCapitals: boolean;
}

const LANGUAGES: readonly Language[] = [...PICTURE_WORDS, ...PICTURE_WORDS_NORTH_EAST].map((words) => ({
  shown: new Expression(new RegExp(patternOf(words), 'gi'), { isOfWords: true, walk }),
  ...(words.weakKinds !== undefined && {
    weak: new Expression(
      new RegExp(latin(String.raw`(?<![\p{L}\p{N}-])(?:${words.weakKinds})(?![\p{L}\p{N}-])`), 'gi'),
      { isOfWords: true, walk },
    ),
  }),
  tail: new RegExp(latin(String.raw`^(?:${words.tail})(?![\p{L}\p{N}-])`)),
  isOfCapitals: words.isOfCapitals === true,
}));
/** Of other scripts. */
const OTHERS = new Expression(
  /(?<!\p{L})(?:(?:έγχρωμ\p{L}{1,2} |πρόσφατ\p{L}{1,2} )?φωτογραφί(?:α|ας|ες) (?:(?:του|της|των|με) (?:\p{L}{2,4} )?)?(?:προσώπου|ταυτότητας|διαβατηρίου|παιδιού|παιδιών|γιου|κόρης|ασθενούς|υπόπτου|οδηγού|θύματος|τραύματος)|(?:фото|фотографи(?:я|и|ю|ей)|снимок|портрет) (?:(?:моей|моего|его|её|ее|на) )?(?:лица|паспорт|ребёнка|ребенка|сына|дочери|жены|мужа|матери|отца|пациент(?:а|ки)|подозреваемого|водителя|раны|шрама))(?![\p{L}\p{N}])/giu,
  { walk },
);
/** What makes a reference picture one of a face. */
const FACES =
  /(?<!\p{L})(?:fac(?:e|ial|iale|iaux|iais|ciale)|gesicht|visage|rostr?o|volto|gezicht|twarz|ansikt|biom[eé]tri|ausweis|badge|skipass|drehkreuz|turnstile|zutritt|abonn|portrait|selfie|passport|identi)/iu;
const AROUND = 80;
/** Most texts speak of no picture at all. */
const PICTURE =
  /phot|fot[oekn]|fotk|pict|imag|im[áa]g|immag|pics?(?!\p{L})|snap|portr|retrat|ritratt|selfi|still|polaro|bild|bilde|billed|beeld|close|screen|captur|frame|shots?(?!\p{L})|schnapp|aufnahme|clich|instant|istant|arr[êe]t|plan|pantall|primer|scatt|ferm|schermat|primo|print|afbeeld|kiekj|opname|zdj[ęe]|stopkl|kadr|zrzut|ujęci|zbliż|sním|moment|záběr|detail|kuv|närb|nærb|φωτογρ|фото|снимок/iu;
/** "the child seat", "the driver's window": a thing. */
const THING_BEHIND =
  /^(?:['’]s?(?!\p{L})| (?!(?:in|on|at|with|from|by|for|to|and|or|but|is|was|were|are|has|had|have|as|after|before|during|while|when|who|whom|that|which|near|under|over|next|beside|outside|inside|behind|of|into|being|via|if|so|will|would|can|could|must|should|shows?|showed|does|did|got|went|came|looks?|we|i|he|she|they|you|it|the|this|then|there|today|yesterday|again|already|only|too|also|now|not|online|here|alone|asleep|together|\p{L}+ing|\p{L}+ed|taken|sent|kept|lost|seen|found|shown|held|made)(?!\p{L}))\p{Ll})/u;
/** "get a better picture of the patient", "the public image of a family". */
const NO_PICTURE =
  /(?<!\p{L})(?:clear(?:er)?|better|full(?:er)?|complete|overall|accurate|bleak|big(?:ger)?|self|stock|sample|placeholder|example|fake|clinical|brand) $/iu;
/** A part of what is no body: "the face of the building". */
const OF_THING =
  /^ of (?:the|an?|this|that|its) (?!(?:\p{Ll}+ )?(?:m[ae]n|wom[ae]n|child|boy|girl|baby|patient|suspect|victim|driver|customer|shoplifter)(?!\p{L}))/u;
const BEFORE = 24;
/** Where cameras hang, and on what pictures are. */
const KINDS_BEFORE =
  /(?<![\p{L}\p{N}-])(?:(?:(?:lobby|hall|hallway|door|gate|porch|shop|store|bus|train|street|yard|garage|entrance|reception|till|counter|lift|elevator|platform|station|bank|atm|school|office|warehouse|body|dash|front|rear|video|photo|security) )?(?:camera|cam|phone|mobile|video|booth|photo-booth|wallpaper|lock-?screen|screensaver|polaroid|colou?r|film|cctv|doorbell|webcam|dash ?cam|police|press|souvenir|holiday)[ -])$/iu;
const LOOK = 40;

function* ofLanguage(text: string, { shown, weak, tail, isOfCapitals }: Language): Generator<Candidate> {
  for (const { 0: whole, index, groups } of shown.matches(text)) {
    const end = index + whole.length;
    const behind = text.slice(end, end + LOOK);
    const who = groups?.who;
    // "Portrait of a Lady" is a title.
    if (who !== undefined && !isOfCapitals && /^\p{Lu}\p{Ll}/u.test(who)) continue;
    if (NO_PICTURE.test(text.slice(Math.max(0, index - BEFORE), index)) || OF_THING.test(behind)) continue;
    if (who !== undefined && / of | showing | with /i.test(whole) && THING_BEHIND.test(behind)) continue;
    yield withKind(text, { start: index, end: end + (tail.exec(behind)?.[0].length ?? 0), score: 0.7 });
  }
  for (const { 0: whole, index } of weak?.matches(text) ?? []) {
    const end = index + whole.length;
    const isOfFace = FACES.test(text.slice(Math.max(0, index - AROUND), index) + text.slice(index, end + AROUND));
    if (isOfFace) yield { start: index, end, score: 0.7 };
  }
}

function withKind(text: string, one: Candidate): Candidate {
  const before = KINDS_BEFORE.exec(text.slice(Math.max(0, one.start - LOOK), one.start));
  return { ...one, start: one.start - (before?.[0].length ?? 0) };
}

export const recogniser = withPhrases({
  name: 'photo-of-somebody',
  kind: 'photo',
  *find(text: string) {
    if (!PICTURE.test(text)) return;
    for (const language of LANGUAGES) yield* ofLanguage(text, language);
    for (const { 0: whole, index } of OTHERS.matches(text))
      yield { start: index, end: index + whole.length, score: 0.7 };
  },
} satisfies Recogniser);
