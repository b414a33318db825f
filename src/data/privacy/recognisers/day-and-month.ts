/** Days without a year where a word asks for one: "born 14/07", "am 3.5.". */
import { DAY_AND_MONTH } from '../dates.ts';
import { leanestPattern } from '../planes.ts';
import type { Recogniser } from '../recogniser.ts';
import { withWeekday } from '../weekdays.ts';
import { Expression } from '../words/expression.ts';

/** What happens to people on a day, in nine languages. */
const EVENTS =
  String.raw`born|d\.?o\.?b\.?|birth(?:day|date)?|bday|admitted|admission|adm|discharged?|died|death|deceased|(?:re)?scheduled|booked|appointments?|appt|visit(?:ed)?|seen|follow-?up|f\/u|rtc|ret(?:urn)?|next|lmp|edd|last seen|surgery|operated|hired|signed|dated?|married|wedding|hearing|due|transfer(?:red)?|vaccinated|tested|fell|collapsed|arriv(?:e[ds]?|al|ing)|contacted|called|rang|phoned|since|until
verbandswechsel|nächste[rs]?|geb|geboren|geburtstag|termin|aufnahme|aufgenommen|entlassen|entlassung|gestorben|verstorben|gest|untersuchung|kontrolle|besuch|hochzeit|seit|vom|operiert
née?|naissance|anniversaire|admise?|sortie?|hospitalisée?|rendez-vous|rdv|décédée?|visite|consultation|opérée?|depuis le|dès le
nacid[oa]|nació|nacimiento|cumpleaños|ingres[óo]|ingresad[oa]|alta|salió|cita|visita|consulta|falleció|fallecid[oa]|operad[oa]|desde el|hasta el|día
nat[oa]|nascita|compleanno|ricover\p{L}{1,4}|dimess[oa]|dimissioni?|appuntamento|decedut[oa]|operat[oa]|dal|controllo
verjaardag|opgenomen|opname|ontslagen|ontslag|afspraak|overleden|controle|bezoek|vanaf
ur|urodz|urodzon[ya]|urodziny|przyjęt[ya]|wypisan[ya]|wizyta|zmarła?|kontrola|dnia|zabieg|wypis
nascid[oa]|nascimento|nasceu|aniversário|internad[oa]|internação|falec\p{L}{1,4}|dia|desde
kontaktad|född|födelsedag|inskriven|utskriven|inlagd|besök|avliden|opererad|sedan
mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|lunedì|martedì|mercoledì|giovedì|venerdì|maandag|dinsdag|woensdag|donderdag|vrijdag|poniedziałek|wtorek|środa|czwartek|piątek|segunda|terça|quarta|quinta|sexta|måndag|tisdag|onsdag|torsdag|fredag`
    .split('\n')
    .join('|');
const MORE_EVENTS = String.raw`home|hem|hjem|hjemme|heim|nach hause|thuis|discharge|stent|scan|mri|ct|echo|hat|has her|anniversary|w dniu|dne|ends?|ending|expires?|expiry|starts?|starting|begins?|covers?|moved (?:in|out)|left|leaves?|leave|returns?|off|exam|dob|shift|delivered|retorno|volta|exame|reunião|fim|início|cirurgia|baja|inicio|fin|revisión|operación|boda|inizio|fine|visita|intervento|entretien|début|fin|départ|arrivée|congé|eintritt|austritt|urlaub|beginn|ende|krank(?:geschrieben)?|impfung|op|auszug|einzug|begin|einde|verlof|ziek|operatie|przyjęcie|urlop|początek|koniec|ślub|operacja|start|slut|semester|sjuk|operation|födda?|født|f|fødselsdag|bursdag|indlagt|innlagt|udskrevet|utskrevet|aftale|time|ferie|syg|syk|operert|opereret|narozen[áa]?|nar|nástup|přijat[áa]?|propuštěn[áa]?|kontrola|termín|operace|svatba|dovolená|doğum|randevu|ameliyat|giriş|çıkış|izin`;
const AFTER_EVENT = leanestPattern(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}])(?:${EVENTS}|${MORE_EVENTS})[.,:]?(?:\s?[:=(|])?\s{0,2}(?:(?:on|for|the|am|den|d\.|le|el|il|op|del|em|för|no|w dniu|dnia|dne|dia|día|de|du|på)\s){0,2}$`,
    'iu',
  ),
);
/** These ask for a day where nothing that is counted follows. */
const AFTER_PREPOSITION =
  /(?<![\p{L}\p{N}])(?:on|from|to|until|till|by|am|vom|bis|zum|ab|le|du|au|el|il|op|tot|em|den|d\.|till|til|fra|från|på|od|do|dne|dia|día|desde|hasta|até|dal|al|since|before|after|between|and|covers?|para(?: el| o)?|für den|pour le|per il|voor|till den|for den|na)\s{1,2}$/iu;
const MARKED = new Expression(DAY_AND_MONTH, { isNearDigits: true });
/** "until 3-11": in the Netherlands. */
const AFTER_DUTCH = /(?<!\p{L})(?:tot|t\/m|vanaf|sinds|ziek|verlof|afspraak)(?: en met)?\s$/iu;
/** "sign by 30/6. Lessee: …". */
const SENTENCE_BEHIND = /^\.\s+\p{Lu}/u;
const ENDS =
  /^\.?(?:\s?$|\s?[,;)!?\n]|\.?\s(?:at|um|à|a las|alle|om|kl|o|ab|gegen|klockan|and|und|et|y|e|en|i|och|bis|to|in|im|\d{1,2}[:h.]\d\d)(?!\p{L}))/iu;
const REACH = 40;
/** A share rather than a day, unless the sentence ends there. */
const FRACTION = /^(?:1\/[2-9]|2\/[35]|3\/[4-8]|5\/[68]|7\/8|1\/(?:10|12)|24\/7|9\/11|50\/50|20\/20)$/;
const GOES_ON = /^\s(?!of |de |des |von |d['’]|inch|cup|di |van |z |av )\p{L}/iu;
/** One of two days that belong together. */
const RANGE =
  /^\s?(?:[–-]|to|until|till|bis|al|au|a|tot|t\/m|do|til|till|and|und|et|y|e|en|och|og|i|or|oder|&|,)\s?$/iu;
/** Between commas, or in front of a time, what is no share. */
const APART = /(?:^|[,;(|\n]\s?)$/u;
const APART_END = /^(?:\s?$|\s?[.;,)|\n](?!\d)|\s\d{1,2}(?:[:.h]\d\d(?!\d)| ?(?:hs?|hrs?|uhr|uur)(?!\p{L})))/u;
/** "20/11 would suit her", but no 16/9 screen. */
const DAY_FIRST = /^(?!(?:16|18|21)\/9)(?:1[3-9]|2\d|3[01])[/.]/;
/** Birthdays in figures without signs: "DOB 03071990". */
const BORN = new Expression(
  /(?<=(?<![\p{L}\p{N}])(?:d\.?o\.?b\.?|date of birth|birth ?date|born|geb\.?|geboren(?: am)?|geb(?:urts)?\.?-?dat(?:um|\.)?|n[ée]e? le|ddn|date de naissance|f\.? ?(?:de )?nac(?:imiento)?\.?|fecha (?:de )?nac(?:imiento|\.)|nascid[oa] (?:em|a)|data (?:de )?nasc(?:imento|\.)|dn|data di nascita|nat[oa] il|geboortedatum|ur\.|data ur(?:odzenia|\.)|född|f\.|født|fødselsdato|nar\.|narozen[áa]?|datum narození|doğum tarihi|d\.t\.)[:.]?\s{0,2})(?:\d{8}|\d{6}|\d\d \d\d (?:\d{4}|\d\d))(?![\p{L}\p{N}]|[-.,/]\d)/giu,
  { isNearDigits: true },
);
/** "od 3. 5.", "14.3. přijat". */
const SPACED = new Expression(
  /(?<=(?<!\p{L})(?:od|do|dne|na|k|ke|před|po|am|vom|bis|zum|ab|den) )(?:0?[1-9]|[12]\d|3[01])\. (?:0?[1-9]|1[0-2])\.(?! ?\d)|(?<![\p{L}\p{N}.,])(?:0?[1-9]|[12]\d|3[01])\. ?(?:0?[1-9]|1[0-2])\.(?= (?:innlagt|indlagt|udskrevet|utskrevet|přijata?|propuštěna?|operert|opereret|entlassen|aufgenommen|operiert|eingewiesen|verlegt|kontrola|kontroll|kontrol)(?!\p{L}))/giu,
  { isNearDigits: true },
);
const MONTHS_OF_MORE =
  'styczniu|lutym|marcu|kwietniu|maju|czerwcu|lipcu|sierpniu|wrześniu|październiku|listopadzie|grudniu|únoru|dubnu|červnu|červenci|srpnu|říjnu|prosinci|leden|ledna|lednu|únor|února|březen|března|březnu|duben|dubna|květen|května|květnu|červen|června|červenec|července|srpen|srpna|září|říjen|října|listopadu|prosinec|prosince|marts|mai|oktober|desember|ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık|tammikuu\\p{L}{0,3}|helmikuu\\p{L}{0,3}|maaliskuu\\p{L}{0,3}|huhtikuu\\p{L}{0,3}|toukokuu\\p{L}{0,3}|kesäkuu\\p{L}{0,3}|heinäkuu\\p{L}{0,3}|elokuu\\p{L}{0,3}|syyskuu\\p{L}{0,3}|lokakuu\\p{L}{0,3}|marraskuu\\p{L}{0,3}|joulukuu\\p{L}{0,3}';
/** Months of a year that dates.ts does not know. */
const OF_YEAR = new Expression(
  new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${MONTHS_OF_MORE}) (?:19|20)\d\d(?!\p{N})`, 'giu'),
  { isNearDigits: true },
);

/** Days of the Islamic calendar. */
const HIJRI = new Expression(
  /(?<![\p{L}\p{N}.])(?:[12]?\d|30)(?:st|nd|rd|th)? (?:of )?(?:Muharram|Safar|Rabi['’]? (?:al-|ul-)?(?:awwal|thani|akhir|I{1,2})|Jumada (?:al-|ul-)?(?:awwal|ula|thani|akhira|I{1,2})|Rajab|Sha['’]?ban|Ramad[ah]?an|Shawwal|Dhu(?: al-|['’]l-|l-| )(?:Qa['’]?dah?|Hijjah?))(?:,? 14\d\d(?: ?(?:AH|H))?)?(?!\p{L})/giu,
  { isNearDigits: true },
);
/** Days with a name, in a year that is given. */
const NAMED = new Expression(
  /(?<!\p{L})(?:(?:Christmas|New Year['’]s|Easter|Labou?r|Thanksgiving|Boxing|Memorial|Independence|Canada|Australia|Valentine['’]s|St\.? Patrick['’]s|Good|Whit)(?: (?:Eve|Day|Monday|Sunday|Friday))|Oster(?:montag|sonntag)|Pfingst(?:montag|sonntag)|Karfreitag|Heiligabend|Heilig(?:er|en|em) Abend|Silvester|Neujahr|Allerheiligen|Ferragosto|Nochebuena|Nochevieja|Noël|Toussaint|Pâques|Navidad|Natale|Pasqua|Pasquetta|Natal|Páscoa|Koningsdag|Kerstavond|Oudjaar|Wigilia|Wigilię|Sylwestra|Wielkanoc|[Jj]ulafton|[Mm]idsommarafton|[Nn]yårsafton|[Pp]åskdagen) (?:of |de |del |di )?(?:19|20)\d\d(?!\d)/gu,
  { isNearDigits: true },
);
/** "14 VII 1980", as Poland and Hungary write. */
const ROMAN = new Expression(
  /(?<![\p{L}\p{N}.])(?:0?[1-9]|[12]\d|3[01])(?:[. ]{1,2}|-)(?:I{1,3}|IV|VI{0,3}|IX|XI{0,2})(?:[. ]{1,2}|-)(?:1[89]\d\d|20\d\d)(?!\d)/gu,
  { isNearDigits: true },
);

export const recogniser: Recogniser = {
  name: 'day-and-month',
  kind: 'date',
  needs: { digits: 1 },
  *find(text) {
    let last = -1;
    const marked = MARKED.matches(text);
    for (const [at, { 0: value, index, groups }] of marked.entries()) {
      const end = index + value.length;
      const [first, second] = [Number(groups!.first), Number(groups!.second)];
      if (first > 12 && second > 12) continue;
      const isSecond = last >= 0 && RANGE.test(text.slice(last, index));
      const next = marked[at + 1];
      const isFirst = groups!.s === '/' && next?.groups!.s === '/' && /^\s?–\s?$/.test(text.slice(end, next.index));
      const whole = withWeekday(text, { start: index, end });
      // "Thursday 10-6": hours.
      const isOfWeek = groups!.s !== '-' && (whole.start < index || whole.end > end);
      if (groups!.s === '-' && whole.start < index) continue;
      if (!isOfWeek && !isSecond && !isFirst && !isAsked(text, { start: index, end, value, sign: groups!.s })) continue;
      last = end;
      yield { ...whole, score: 0.75 };
    }
    for (const { 0: value, index } of BORN.matches(text))
      if (isBirthday(value.replaceAll(' ', ''))) yield { start: index, end: index + value.length, score: 0.8 };
    for (const { 0: value, index } of [ROMAN, HIJRI, NAMED, OF_YEAR, SPACED].flatMap((one) => one.matches(text)))
      yield { start: index, end: index + value.length, score: 0.75 };
  },
};

/** Day, month and year in one of the orders that people write. */
function isBirthday(digits: string): boolean {
  const isDay = (text: string): boolean => Number(text) >= 1 && Number(text) <= 31;
  const isMonth = (text: string): boolean => Number(text) >= 1 && Number(text) <= 12;
  const of = (a: string, b: string): boolean => (isDay(a) && isMonth(b)) || (isMonth(a) && isDay(b));
  if (digits.length === 6) return of(digits.slice(0, 2), digits.slice(2, 4)) || of(digits.slice(2, 4), digits.slice(4));
  const isYear = (text: string): boolean => /^(?:19|20)\d\d$/.test(text);
  if (isYear(digits.slice(4)) && of(digits.slice(0, 2), digits.slice(2, 4))) return true;
  return isYear(digits.slice(0, 4)) && of(digits.slice(4, 6), digits.slice(6));
}

interface Marked {
  start: number;
  end: number;
  value: string;
  sign: string;
}

function isAsked(text: string, { start, end, value, sign }: Marked): boolean {
  const before = text.slice(Math.max(0, start - REACH), start);
  if (AFTER_EVENT.test(before)) return true;
  // "am 3.5." has a stop behind the month, which a fraction has not.
  const isPlain = sign === '/' || (sign === '.' && text[end] === '.');
  if (sign === '.' && text[end] === '.' && /(?<!\p{L})(?:am|vom|bis|zum|ab)\s$/iu.test(before))
    return /^\.(?:\s\p{Ll}|\s?$|[?!,;:)])/u.test(text.slice(end, end + 3));
  const behind = text.slice(end, end + 12);
  const isShare = FRACTION.test(value);
  if (!isShare && DAY_FIRST.test(value) && isPlain && APART.test(before) && /^\.?\s\p{Ll}/u.test(behind)) return true;
  if (sign === '/' && !isShare && /(?:^|\/)(?:1[3-9]|2\d|3[01])(?:\/|$)/.test(value)) {
    if (APART.test(before) && APART_END.test(behind)) return true;
  }
  if (sign === '/' && /(?:^|[\n|]\s?)$/.test(before) && /^\s{1,2}\d{1,2}[:h]\d\d(?!\d)/.test(behind)) return true;
  if (sign === '-' && AFTER_DUTCH.test(before)) return ENDS.test(behind) || SENTENCE_BEHIND.test(behind);
  if (!isPlain || !AFTER_PREPOSITION.test(before)) return false;
  if (sign === '/' && !isShare && SENTENCE_BEHIND.test(behind)) return true;
  return ENDS.test(behind) || (sign === '/' && !isShare && GOES_ON.test(behind));
}
