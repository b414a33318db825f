/** Passwords of several words, spelt out, or told in the next line: "password: correct horse 22", "b r i s k e t", "— Codeword? — Swallow." */
import { wordFinder } from '../anywhere-words.ts';
import { SIGN_FIGURES, SPELT_FIGURES } from '../number-words.ts';
import { leanestPattern } from '../planes.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';
import { PASSWORD_WORDS, PASSWORD_WORDS_BEYOND, QUESTION_WORDS, QUESTION_WORDS_BEYOND } from '../secret-words.ts';

const passwords = wordFinder({ latin: PASSWORD_WORDS, beyond: PASSWORD_WORDS_BEYOND });
const questions = wordFinder({ latin: QUESTION_WORDS, beyond: QUESTION_WORDS_BEYOND });
const REACH = 140;
/** To a value farther off, and from a network's name to its password. */
const [FARTHER, NAMED] = [76, 60];
const OF_NETWORKS = /^(?:wi-?fi|wlan)$/iu;
const STRANGE = /[〇零一二三四五六七八九]{4,8}|(?<![!-~])[!-~]{8,40}/gu;
/** Of a question, its answer and what is said between. */
const FAR = 220;

const IS = String.raw`is|was|ist|war|lautet|est|es|era|è|é|to|jest|är|var|er|je|on|este|adalah|ialah|là|olan|reads|now|jetzt|use|utilisez|usa|use a|verwende|nimm|gebruik|użyj|använd|bruk|brug`;
const LINK = leanestPattern(
  new RegExp(
    String.raw`^["'”»]?(?<lead>(?:[ ,/]{1,2}[\p{L}\p{M}\p{N}'’().-]{1,16}){0,6}?)(?<sign>\s?(?:[:：=→]|->|—|–)\s{0,3}|\s(?:${IS})(?:\s(?:now|jetzt|still|ahora|adesso|agora|nu|nå|le|la|el|il|der|die|das|het))?:?\s|\s?(?:は|が|是|为|為|은|는|이|가|คือ|هي|هو|היא|הוא|और|है)\s?|\s(?=["'“„«‘「『]))`,
    'iu',
  ),
);
/** Right behind it: no space need be there in Chinese. */
const BESIDE = /^["'”»]?(?<lead>)(?<sign>\s|(?=[^_\s]))/u;
const QUOTED = /^(?:["“„«‹‘'「『`]\s?)(?<value>[^\n"“”„«»‹›‘「」『』`]{4,60}?)(?:\s?["”“»›’'」』`])(?!\p{L})/u;
/** One sign after the other, all parted in the same way. */
const SPELT = /^["'“„«]?(?<value>[\p{L}\d](?<part>[ -])[\p{L}\d](?:\k<part>[\p{L}\d!#*]){2,24})(?![\p{L}\p{N}])/u;
const FIGURES = leanestPattern(new RegExp(String.raw`^["'“„«]?(?<value>${SPELT_FIGURES}|${SIGN_FIGURES})`, 'iu'));
const PHRASE =
  /^["'“„«]?(?<value>[\p{L}\p{N}][\p{L}\p{M}\p{N}'’&!?+*#_$-]{0,20}(?: [\p{L}\p{N}&+][\p{L}\p{M}\p{N}'’&!?+*#_$-]{0,20}){1,6}(?:[.!?](?=\s?\())?)(?=\s?(?:[\n,;()|"”»]|$|[.!?](?:\s|$)|[-–—] |(?<=[.!?])\s))/u;
const ONE_WORD = /^["'“„«]?(?<value>[\p{L}\p{M}]{4,24})(?=["”»]?(?:[\n.,;!)]|$))/u;
const TOKEN = /^["'“„«]?(?<value>[!-~]{5,40})/;
/** What is told of a password and is none itself. */
const NO_VALUE = leanestPattern(
  /(?<![\p{L}\p{M}])(?:network|netz|réseau|red|rede|rete|sieć|required|reset\p{L}*|change\p{L}*|expire\p{L}*|forg[eo]t\p{L}*|wrong|invalid|incorrect|same|must|should|please|ask|see|sticker|attached|below|above|unknown|not|no|none|minimum|characters?|letters?|digits?|words?|the|and|for|with|your|you|this|that|from|will|has|have|under|behind|router|works?|sent|bitte|siehe|nicht|kein\p{L}*|muss|zurück\p{L}*|geändert|abgelaufen|vergessen|falsch|klebt|steht|hängt|zeichen|unter|unterm|beim|über|ist|wird|wurde|sie|ich|der|die|das|und|demander|voir|oublié|changé|expiré|incorrect|caractères|sous|sur|pas|vous|est|pour|dans|chez|les|des|pedir|ver|olvidad\p{L}|cambiad\p{L}|incorrect\p{L}|caducad\p{L}|caracteres|debe|está|para|por|los|las|que|chiedere|vedi|dimenticata|scaduta|caratteri|sotto|deve|per|che|sono|pedir|esqueci\p{L}*|errada|deve|está|vragen|zie|vergeten|verlopen|gewijzigd|tekens|onder|niet|het|voor|moet|staat|zapomnia\p{L}*|zmienion\p{L}*|wygas\p{L}*|znaków|jest|nie|pod|glömt|ändrat\p{L}*|tecken|under|inte|måste|står|glemt|endret|ændret|tegn|ikke|skal|zapomn\p{L}*|změn\p{L}*|znaků|není|elfelejt\p{L}*|nem|karakter\p{L}*|uitat\p{L}*|schimbat\p{L}*|caractere|nu|unut\p{L}*|değiş\p{L}*|hatalı|unohtu\p{L}*|vaihde\p{L}*|lupa|salah|diganti|quên|sai|đổi|забы\p{L}*|смен\p{L}*|невер\p{L}*|истёк|истек|не|нет|под|змін\p{L}*|забу\p{L}*|немає|ξέχασ\p{L}*|λάθος|άλλαξ\p{L}*|δεν)(?![\p{L}\p{M}])/iu,
);
const ANSWER = leanestPattern(
  /\?["”»]?(?:\s{1,2}(?:A|Ans|Answer|Antwort|R|Rép|Réponse|Resp|Respuesta|Resposta|Risposta|Odp|Odpowiedź|Svar|Antwoord|Vastaus|Válasz|Răspuns|Odpověď|Cevap|Jawaban|Trả lời|Ответ|Відповідь|Απάντηση|תשובה|جواب|उत्तर)\s?[:：]|\n(?:\[?\d{1,2}[:.]\d\d\]?\s)?(?:[\p{L}\p{M} .'’-]{1,24}[:：]|[—–-])|\s(?:[—–-])|[ »”]{1,3}(?:J['’](?:avais|ai) mis|I (?:had )?(?:put|wrote|answered)|Ich hatte|(?:había )?puesto|puse|(?:avevo|ho) messo|pus|coloquei|ik had)|\s(?=\p{Lu}[\p{L}\p{M}]+[.\n]))\s{0,2}["'“„«]?(?<said>(?:it['’]?s|es ist|c['’]est|es|è|é|это|це|to je|het is|det är|det er|ああ、)\s?)?(?<value>[^\n.;?!"”»。、？「」:：]{3,48})(?=[\n.;!"”»。、]|$)/iu,
);
/** The same with the sign of Chinese and Japanese, or none. */
const ANSWER_IN_SIGNS =
  /[?？]["」]?\s?\n?(?:[^\n:：]{1,12}[:：]\s?)(?:ああ、|是|就是)?(?<value>[^\n.,;?!。、？「」:：,]{2,16}?)(?=に|です|[\n.,;!。、,]|$)/u;
const NO_ANSWER =
  /^(?:yes|no|i|we|my|the|one moment|just|sorry|please|ja|nein|ich|mein|non|oui|je|mon|ma|sí|si|no|yo|mi|não|sim|eu|nie|tak|nee|ik|nej|jag|jeg|min|ne|ano|nem|igen|nu|da|hayır|evet|ei|kyllä|tidak|ya|không|да|нет|я|мой|моя|ні|так|όχι|ναι|ok|okay|hm+|well|thank|thanks|danke|merci|gracias|grazie)(?!\p{L})/iu;
const ALNUM_MIX = /^(?=.*\p{L})(?=.*[\d!#$%&*+@^~_=]).{5,40}$/u;

export const recogniser: Recogniser = {
  name: 'secret-phrase',
  kind: 'secret',
  *find(text) {
    const places = passwords(text);
    for (const { start, end } of places) {
      const word = text.slice(start, end);
      // "WLAN: Duenenblick, Passwort …": the network's name.
      if (OF_NETWORKS.test(word) && places.some((one) => one.start >= end && one.start - end < NAMED)) continue;
      const values = [...told(text, end, word)];
      yield* values.length > 0 || OF_NETWORKS.test(word) ? values : farther(text, end);
      yield* answered(text, end, REACH);
    }
    for (const { end } of questions(text)) yield* answered(text, end, FAR);
  },
};

/** Behind the word in the same sentence. */
function* told(text: string, from: number, word: string): Generator<Candidate> {
  const [area] = text.slice(from, from + REACH).split('\n');
  for (const form of [LINK, BESIDE]) {
    const link = form.exec(area);
    const one = link === null ? undefined : valueIn(area.slice(link[0].length), link.groups!, word);
    if (one === undefined) continue;
    const start = from + link![0].length + one.index;
    yield { start, end: start + one.value.length, score: one.score };
    return;
  }
}

interface Value {
  index: number;
  value: string;
  score: number;
}

/** By how it is written; a phrase without marks of its own only behind a colon. */
function valueIn(rest: string, { lead, sign }: Record<string, string>, word: string): Value | undefined {
  const isTold = /[:：=→—–>]/.test(sign);
  for (const form of [SPELT, FIGURES]) {
    const spelt = form.exec(rest);
    if (spelt !== null) return valued(spelt, 0.75);
  }
  const token = TOKEN.exec(rest);
  if (token !== null && isToken(token.groups!.value)) return valued(withoutStops(token), 0.65);
  if (!isTold && NO_VALUE.test(lead)) return undefined;
  const quoted = QUOTED.exec(rest);
  if (quoted !== null) return /^[<{$%[]|^\p{L}{1,3}$/u.test(quoted.groups!.value) ? undefined : valued(quoted, 0.65);
  const phrase = PHRASE.exec(rest);
  if (phrase !== null && mayBePhrase(phrase.groups!.value, sign, word)) return valued(phrase, 0.62);
  // "секретное слово — одуванчик": what says that it is a word.
  const single = isTold && lead === '' ? ONE_WORD.exec(rest) : null;
  return single !== null && /[^\0-\u024f]/.test(single.groups!.value) && !NO_VALUE.test(single.groups!.value)
    ? valued(single, 0.6)
    : undefined;
}

function valued(match: RegExpExecArray, score: number): Value {
  const { value } = match.groups!;
  return { index: match[0].indexOf(value), value, score };
}

function mayBePhrase(value: string, sign: string, word: string): boolean {
  if (NO_VALUE.test(value) || /^pass$/i.test(word)) return false;
  if (/[:：=→—–>]/.test(sign)) return true;
  return /\d/.test(value) && (sign.trim() !== '' || /^(?:pwd?|mdp)$/i.test(word));
}

/** The first of what no language has for a word. */
function* farther(text: string, from: number): Generator<Candidate> {
  const area = text.slice(from, from + FARTHER).split(/\n|[!?]\s/u)[0];
  for (const { 0: raw, index } of matchesOf(STRANGE, area)) {
    const value = raw.replace(/[.,;:)\]}"'!?]+$/, '');
    if (!isStrange(value)) continue;
    yield { start: from + index, end: from + index + value.length, score: 0.6 };
    return;
  }
}

function isStrange(value: string): boolean {
  if (/^[〇零一二三四五六七八九]{4,8}$/.test(value)) return true;
  if (!isToken(value) || value.length < 8) return false;
  return (
    /\p{L}[_!#$&*+~^]\S*\p{L}/u.test(value) || /^(?=.*\p{Ll})(?=.*\d)[\p{L}\d]+(?:[-.][\p{L}\d]+){2,}$/u.test(value)
  );
}

function isToken(raw: string): boolean {
  const value = raw.replace(/[.,;:)\]}"'!?]+$/, '');
  return (
    ALNUM_MIX.test(value) && !/^https?:|^\/|@.+\.|^\d[\d.,:/-]*\p{L}{0,3}$|^\p{L}{1,3}\d{1,3}$|^[<[{$%(]|=/u.test(value)
  );
}

function withoutStops(match: RegExpExecArray): RegExpExecArray {
  match.groups!.value = match.groups!.value.replace(/[.,;:)\]}"'?]+$/, '');
  return match;
}

/** What the next to speak says to it. */
function* answered(text: string, from: number, reach: number): Generator<Candidate> {
  const area = text.slice(from, from + reach);
  for (const form of [ANSWER, ANSWER_IN_SIGNS]) {
    const match = form.exec(area);
    if (match === null) continue;
    const { value: raw } = match.groups!;
    const value = raw.trimEnd();
    if (NO_ANSWER.test(value) || value.split(/\s+/).length > 7) continue;
    const start = from + match.index + match[0].lastIndexOf(raw);
    yield { start, end: start + value.length, score: 0.62 };
    return;
  }
}
