/** Days without a year where a word asks for one: "born 14/07", "am 3.5.". */
import { DAY_AND_MONTH } from '../dates.ts';
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

/** What happens to people on a day, in nine languages. */
const EVENTS =
  String.raw`born|d\.?o\.?b\.?|birth(?:day|date)?|bday|admitted|admission|adm|discharged?|died|death|deceased|(?:re)?scheduled|booked|appointments?|appt|visit(?:ed)?|seen|follow-?up|f\/u|rtc|ret(?:urn)?|next|lmp|edd|last seen|surgery|operated|hired|signed|dated?|married|wedding|hearing|due|transfer(?:red)?|vaccinated|tested|fell|collapsed|arrived?|since|until
verbandswechsel|nächste[rs]?|geb|geboren|geburtstag|termin|aufnahme|aufgenommen|entlassen|entlassung|gestorben|verstorben|gest|untersuchung|kontrolle|besuch|hochzeit|seit|vom|operiert
née?|naissance|anniversaire|admise?|sortie?|hospitalisée?|rendez-vous|rdv|décédée?|visite|consultation|opérée?|depuis le|dès le
nacid[oa]|nació|nacimiento|cumpleaños|ingres[óo]|ingresad[oa]|alta|salió|cita|visita|consulta|falleció|fallecid[oa]|operad[oa]|desde el|hasta el|día
nat[oa]|nascita|compleanno|ricover\p{L}{1,4}|dimess[oa]|dimissioni?|appuntamento|decedut[oa]|operat[oa]|dal|controllo
verjaardag|opgenomen|opname|ontslagen|ontslag|afspraak|overleden|controle|bezoek|vanaf
ur|urodz|urodzon[ya]|urodziny|przyjęt[ya]|wypisan[ya]|wizyta|zmarła?|kontrola|dnia|zabieg|wypis
nascid[oa]|nascimento|nasceu|aniversário|internad[oa]|internação|falec\p{L}{1,4}|dia|desde
född|födelsedag|inskriven|utskriven|inlagd|besök|avliden|opererad|sedan
mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|lunedì|martedì|mercoledì|giovedì|venerdì|maandag|dinsdag|woensdag|donderdag|vrijdag|poniedziałek|wtorek|środa|czwartek|piątek|segunda|terça|quarta|quinta|sexta|måndag|tisdag|onsdag|torsdag|fredag`
    .split('\n')
    .join('|');
const AFTER_EVENT = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:${EVENTS})[.,:]?(?:\s?[:=(|])?\s{0,2}(?:(?:on|the|am|den|le|el|il|op|em|för|no|w dniu|dnia|de|du)\s){0,2}$`,
  'iu',
);
/** These ask for a day where nothing that is counted follows. */
const AFTER_PREPOSITION =
  /(?<![\p{L}\p{N}])(?:on|from|to|until|till|by|am|vom|bis|zum|ab|le|du|au|el|il|op|tot|em|den|till|od)\s{1,2}$/iu;
const MARKED = new Expression(DAY_AND_MONTH, { isNearDigits: true });
const ENDS =
  /^\.?(?:\s?$|\s?[,;)!?\n]|\.?\s(?:at|um|à|a las|alle|om|kl|o|ab|gegen|klockan|and|und|et|y|e|en|i|och|bis|to|in|im|\d{1,2}[:h.]\d\d)(?!\p{L}))/iu;
const REACH = 40;

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
  /(?<![\p{L}\p{N}.])(?:0?[1-9]|[12]\d|3[01])[. ]{1,2}(?:I{1,3}|IV|VI{0,3}|IX|XI{0,2})[. ]{1,2}(?:1[89]\d\d|20\d\d)(?!\d)/gu,
  { isNearDigits: true },
);

export const recogniser: Recogniser = {
  name: 'day-and-month',
  kind: 'date',
  needs: { digits: 1 },
  *find(text) {
    for (const { 0: value, index, groups } of MARKED.matches(text)) {
      const end = index + value.length;
      const [first, second] = [Number(groups!.first), Number(groups!.second)];
      if ((first > 12 && second > 12) || !isAsked(text, index, end, groups!.s)) continue;
      yield { start: index, end, score: 0.75 };
    }
    for (const { 0: value, index } of [...ROMAN.matches(text), ...HIJRI.matches(text), ...NAMED.matches(text)])
      yield { start: index, end: index + value.length, score: 0.75 };
  },
};

function isAsked(text: string, start: number, end: number, sign: string): boolean {
  const before = text.slice(Math.max(0, start - REACH), start);
  if (AFTER_EVENT.test(before)) return true;
  // "am 3.5." has a stop behind the month, which a fraction has not.
  const isPlain = sign === '/' || (sign === '.' && text[end] === '.');
  if (sign === '.' && text[end] === '.' && /(?<!\p{L})(?:am|vom|bis|zum|ab)\s$/iu.test(before))
    return /^\.(?:\s\p{Ll}|\s?$)/u.test(text.slice(end, end + 3));
  return isPlain && AFTER_PREPOSITION.test(before) && ENDS.test(text.slice(end, end + 12));
}
