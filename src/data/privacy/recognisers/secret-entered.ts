/** Codes by what is done with them: "punch in 4417", "on entre avec 48B17", "stängs av med 7093", and "904817 is your code". */
import { leanestPattern } from '../planes.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';
import { WordPattern } from '../words/word-pattern.ts';

/** A code is put in. */
const ENTERING = [
  String.raw`(?:punch|key|enter|type|tap|dial|put)(?:s|ed|ing|es|ting)? in|keys?|enter(?:s|ing)?|punch(?:es)?|press(?:es)? in|turn (?:the )?(?:dials?|wheels?) to|set (?:the )?(?:dials?|wheels?) to|dials?|disarm(?:s|ed|ing)?|(?:to )?(?:disarm|unlock|deactivate|switch (?:it )?off)`,
  String.raw`(?:ein)?(?:tippen|tippe|tippt|geben|gib|gebt|eingeben|drücken|wählen)(?: sie)?(?: (?:am|bei der|an der|im) \p{L}+)?|tu (?:fais|tapes|composes)|on (?:fait|tape|compose)|(?:tapez|composez|entrez|faites|saisissez|taper|composer|saisir|entrer)|marc(?:a|ar|as|ad|ue)|tecle[ae](?:r|s)?|puls(?:a|ar|e)|introduc(?:e|ir|es)|met(?:e|er)|digit(?:a|are|ate|i|ar|e|o)|comporre|componi|inserisci|inserire|inser(?:e|ir)|marque|carreg(?:ue|a|ar) em`,
  String.raw`toets(?:en)?(?: je)?(?: in)?|draai(?: je| aan)?|tik(?:ken)?(?: je)?(?: in)?|wpisz|wpisać|wbij|wstuk\p{L}{1,4}|wybierz|wcisnąć|slå(?: in)?|tryck(?:er)?(?: in)?|knappa(?:r)? in|tast(?:er)?(?: ind)?|trykk(?:er)?(?: inn)?|zadej(?:te)?|zadat|zmáčkn\p{L}{1,3}|naťuk\p{L}{1,4}|tastați|tastezi|tastează|formează|tuşla\p{L}{0,4}|tuşlayın|girin|näppäile|syötä|paina|pinem|kodem`,
].join('|');
/** Something opens, or somebody comes in, by it. */
const OPENING = [
  String.raw`(?:opens?|unlocks?|disarms?|(?:gets?|got|lets? (?:\p{L}+ )?|let (?:\p{L}+ )?|comes?|came|logs?|logged|go|goes) ?in(?:to \p{L}+)?|turns? (?:it )?off|(?:switch(?:es)?|shuts?) (?:it )?off) (?:with|on|by|using|via)`,
  String.raw`(?:öffnet|öffnen|auf(?:machen|schließen)|geht auf|kommt man|komm(?:e|st|t)?(?: \p{L}+)? rein|kam ich|rein|reinkommen(?: \p{L}+){0,2}|entsperren|ausschalten) mit|(?:s['’]ouvre|se coupe|se désactive|s['’]éteint|ouvre|entre|entrer|déverrouille|débloque) (?:avec|par)|(?:se )?(?:abre|abren|desactiva|apaga|desbloquea|entra|entras|quita) con|(?:si )?(?:apre|aprono|disattiva|spegne|sblocca|entra|entri) con|(?:se )?(?:abre|abrem|desativa|desliga|desbloqueia|entra) com`,
  String.raw`(?:gaat (?:open|uit)|opent|openen|kom(?:t)? (?:je|u|men) binnen|ontgrendel(?:t|en)?|uitzetten) met|(?:otwiera|otworzysz|wyłącz\p{L}{1,4}|wchodzi|odblokuj\p{L}{1,4})(?: się)? (?:na|kodem|przez)|(?:öppnas|stängs av|låses upp|avaktiveras|kommer in|larmas av) med|(?:åbnes|åpnes|slås fra|slås av|låses op|låses opp|kommer ind|kommer inn|frakobles) med|(?:otevír[aá]|otevřeš|vypíná|vypneš|odemkneš|odemyká)(?: se)? (?:kódem|pomocí)`,
].join('|');
const KEYED = String.raw`(?:[A-Z]?\d{4,6}[A-Z]?[#*]?|\d{2}[A-Z]\d{3,5}|[#*]\d{3,8}[#*]?|\d{3}[#*]|\d{2,3}[A-Z]\d{2,4}|[A-Z]\d{4}[A-Z])`;
const MIXED = String.raw`(?=\S{0,40}\p{L}{2})(?=\S{0,40}\d)(?=\S{0,40}[!$&*+#@^~?%_.-])[^\s"'“”„«»()<>,;]{6,40}`;
const QUOTE = `["'“”„«‘’»]?`;
const ACTION = new WordPattern(
  String.raw`(?<![\p{L}\p{N}])(?:(?<entering>${ENTERING})|(?<opening>${OPENING}))(?: (?:the |le |el |il |o |de |den |der |dem |het )?(?:code|pin|código|codice|kod(?:en)?|kode[nr]?|kód|koodi|cod))?:? ${QUOTE}(?:(?<keyed>${KEYED})(?![\p{L}\p{N}#*]|[.,:/-]\d)|(?<mixed>${MIXED}))`,
  'u',
  { isNearDigits: true },
);
/** What a number that is put in is no code beside: things that are counted, and the word behind a year or a field. */
const COUNTED =
  /^\s(?!(?:when|within|in|on|at|and|or|then|to|till|until|for|before|after|as|followed|into|if|so|und|oder|dann|ein|auf|aufmachen|am|an|im|bei|wenn|et|ou|puis|sur|au|à|quand|y|o|luego|en|cuando|e|poi|quando|su|al|depois|na|no|ao|of|als|op|aan|a|i|lub|potem|och|eller|sedan|på|vid|og|så|ved|inom|på|do|v|u|nebo|pak|și|apoi|la|ve|ja|ennen|odblok|wewnątrz|during|please|bitte|hasta|touche)(?!\p{L}))[\p{L}%€$£]/iu;
/** "904817 : c'est le code", "4471 is your PIN", "Pinem 4096". */
const SAID_BEHIND = leanestPattern(
  /(?<![\p{L}\p{N}.,:/#-])(?<value>\d{4,8}|\d{3}[ -]\d{3}|[A-Z]-\d{6})(?:\s?[:=–-]|,)?\s(?:(?:is|c['’]est|est|ist|es|è|é|är|er|to|je|on|as|als|comme|como|come|for)\s)?(?:(?:the|my|your|his|her|our|le|la|votre|ton|mon|der|die|das|dein|Ihre?|mein|el|la|tu|su|mi|il|tuo|suo|o|a|seu|sua|de|het|uw|je|twój|din|ditt)\s)?(?:(?:new|door|gate|alarm|access|verification|one-time|security|login|entry|nouveau|neuer?|nuevo|nuovo|novo|nieuwe|nowy|nya|nye)[ -])?(?:code|código|codice|PIN|pin|TAN|tan|kod|kode|kód|koodi|Code|OTP|passcode)(?!\p{L}|[ -](?:of conduct|de conduite|postal|postcode|produit|article))/gu,
);
/** "Avlarmat med kod 66102", "Code 7K44": where the text speaks of doors, alarms or keys. */
const BESIDE = new WordPattern(
  String.raw`(?<![\p{L}\p{N}])(?:code|pin|kod(?:en|em)?|kode[nr]?|koodi(?:lla)?|código|codice|kód(?:em)?|κωδικ[όο]ς?)(?: (?:used|is|lautet|est|es|är|er|on|είναι))?:? (?<value>\d{4,6}[A-Z#*]?|\d[A-Z]\d{2}|\d{3}[A-Z#*])(?![\p{L}\p{N}]|[.,:/-]\d)|(?<![\p{L}\p{N}])(?:(?:back|side|front|garden) (?:gate|door)|hintertür|seitentor) (?<value>\d{4,6}[#*]?)(?![\p{L}\p{N}]|[.,:/-]\d)`,
  'iu',
  { isNearDigits: true },
);
const OF_DOORS =
  /(?<!\p{L})(?:doors?|gate|alarm\p{L}{0,6}|a?v?larmat|larm(?:et)?|keys?|key ?box|lock\p{L}{0,4}|safe|garage|lift|(?:haus)?tür|tor|schlüssel\p{L}{0,8}|kasten|tresor|porte|portail|clés?|alarme|puerta|llaves?|portal|verja|alarma|porta|portone|chiavi|cancello|allarme|portão|chaves?|deur|poort|sleutels?|kluis|drzwi|brama|klucz\p{L}{0,2}|dörr(?:en)?|nyckel\p{L}{0,3}|dør(?:en)?|nøgle\p{L}{0,4}|nøkkel\p{L}{0,4}|dveře|klíč\p{L}{0,2}|ovi|avain|lukko\p{L}{0,8}|riasztó|kulcs|ajtó|ușa|cheia|interfon|kapı|συναγερμ\p{L}{1,3}|κλειδί\p{L}?)(?!\p{L})/iu;
const AROUND = 80;
/** A text message and what it brought: "text came through, it said use G-448102", "SMS con 774 019". */
const SENT = new WordPattern(
  String.raw`(?<![\p{L}\p{N}])(?:sms|text (?:message )?(?:came|said|says|from|with)|whatsapp|tan|m-?tan|otp|one-time code|2fa|authenticator|verif(?:y|ication)|vérification|verificación|verifica|verificação|bestätigungscode|weryfikacyjny)(?!\p{L})[^\n.!?\d]{0,40}?(?<![\p{L}\p{N}.,:/#-])(?<value>[A-Z]-\d{5,6}|\d{3}[ -]\d{3}|\d{6})(?![\p{L}\p{N}]|[.,:/-]\d)`,
  'iu',
  { isNearDigits: true },
);

export const recogniser: Recogniser = {
  name: 'secret-entered',
  kind: 'secret',
  needs: { digits: 2 },
  *find(text) {
    for (const match of ACTION.matches(text)) {
      const { keyed, mixed } = match.groups!;
      const value = keyed ?? mixed!.replace(/[.!?]+$/, '');
      const end = match.index + match[0].length - ((keyed ?? mixed)!.length - value.length);
      if (isYear(value) || (keyed !== undefined && COUNTED.test(text.slice(end, end + 24)))) continue;
      yield { start: end - value.length, end, score: 0.62 };
    }
    for (const { index, groups } of matchesOf(SAID_BEHIND, text))
      if (!isYear(groups!.value)) yield found(index, groups!.value, 0.62);
    for (const match of BESIDE.matches(text)) {
      const { value } = match.groups!;
      const end = match.index + match[0].length;
      if (isYear(value) || !OF_DOORS.test(text.slice(Math.max(0, match.index - AROUND), end + AROUND))) continue;
      yield found(end - value.length, value, 0.6);
    }
    for (const match of SENT.matches(text)) {
      const { value } = match.groups!;
      yield found(match.index + match[0].length - value.length, value, 0.6);
    }
  },
};

function isYear(value: string): boolean {
  return /^(?:19|20)\d\d$/.test(value);
}

function found(start: number, value: string, score: number): Candidate {
  return { start, end: start + value.length, score };
}
