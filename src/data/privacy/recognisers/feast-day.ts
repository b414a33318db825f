/** Days with a name of their own on which something happened: "fell on Boxing Day", "seit Ostermontag". */
import { latin } from '../latin.ts';
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

/** Prepositions, and the days that they stand before, in each language. */
const DAYS: readonly (readonly [string, string])[] = [
  [
    'on|since|until|by|before|after|from|over|this',
    String.raw`Christmas (?:Eve|Day)|Boxing Day|New Year['’]s (?:Eve|Day)|Good Friday|Easter (?:Sunday|Monday|Saturday)|Thanksgiving(?: Day| Monday| Thursday)?|Hallowe['’]?en|Valentine['’]s Day|Independence Day|Labou?r Day|Memorial Day|Australia Day|Canada Day|Anzac Day|St\.? (?:Patrick|George|Andrew|David)['’]s Day|Bonfire Night|Whit (?:Monday|Sunday)|Ash Wednesday|Palm Sunday|Maundy Thursday|Remembrance Sunday|Mother['’]s Day|Father['’]s Day|Republic Day`,
  ],
  [
    'an|am|seit|vom|zu|zum|bis|vor|nach|ab',
    String.raw`Heiligabend|Heilig(?:en|em) Abend|Silvester(?:abend)?|Neujahr(?:stag|smorgen)?|Ostermontag|Ostersonntag|Pfingstmontag|Pfingstsonntag|Karfreitag|Karsamstag|Gründonnerstag|Rosenmontag|Aschermittwoch|Dreikönigstag|Allerheiligen|Nikolaustag|Fronleichnam|Christi Himmelfahrt|(?:ersten|zweiten|1\.|2\.) Weihnachts(?:feier)?tag|Stefanitag|Stephanitag|Mariä Himmelfahrt|Reformationstag|Martinstag`,
  ],
  [
    "à|le|depuis|jusqu[’']à|avant|après",
    String.raw`la Toussaint|lundi de (?:Pâques|Pentecôte)|dimanche de Pâques|jour de Noël|réveillon (?:de Noël|du Nouvel An)|(?:le )?jour de l['’]An|Vendredi saint|mardi gras|l['’]Ascension|la veille de Noël|(?:le )?1er de l['’]an`,
  ],
  [
    'en|el|la|desde|por|hasta|antes de|después de',
    String.raw`Nochebuena|Nochevieja|Año Nuevo|(?:el )?(?:Viernes|Jueves) Santo|(?:el )?Lunes de Pascua|(?:el )?[Dd]ía de (?:Reyes|Muertos|Navidad|la Madre|Todos los Santos)|(?:el )?Domingo de (?:Ramos|Resurrección)`,
  ],
  [
    'a|il|di|da|dal|per|dopo|prima di',
    String.raw`Ferragosto|Capodanno|Pasquetta|Santo Stefano|(?:l['’])?Epifania|(?:la )?vigilia di Natale|(?:il )?giorno di Natale|San Silvestro|Ognissanti`,
  ],
  [
    'na|no|em|desde|até|antes d[ao]|depois d[ao]',
    String.raw`véspera de (?:Natal|Ano Novo)|dia de (?:Natal|Reis|Todos os Santos)|Ano Novo|Sexta-[Ff]eira Santa|[Dd]omingo de Páscoa|[Tt]erça-feira de Carnaval|Finados|Corpus Christi`,
  ],
  [
    'op|met|sinds|tot|voor|na|sedert',
    String.raw`Koningsdag|[Kk]erstavond|(?:eerste|tweede) [Kk]erstdag|[Oo]ud(?:ejaarsavond|jaar)|[Nn]ieuwjaars(?:dag|nacht)|Goede Vrijdag|(?:eerste|tweede) [Pp]aasdag|[Pp]aasmaandag|Hemelvaart(?:sdag)?|[Ss]interklaasavond|[Pp]akjesavond|[Pp]inkstermaandag|(?:eerste|tweede) [Pp]insterdag|Allerheiligen`,
  ],
  [
    'w|we|na|od|do|po|przed',
    String.raw`Wigili[ęiąe]|Sylwestr(?:a|em|owy wieczór)|Now(?:y|ego) Rok(?:u)?|Wielki(?:ego)? Piąt(?:ek|ku)|Wszystkich Świętych|poniedziałek wielkanocny|Lany Poniedziałek|Trzech Króli|Boże Ciało|Tłusty Czwartek`,
  ],
  [
    'på|sedan|till|före|efter|siden|til|før|etter|efter',
    String.raw`[Jj]ulafton|[Jj]uldagen|[Aa]nnandag (?:jul|påsk)(?:en)?|[Nn]yårs(?:afton|dagen)|[Mm]idsommar(?:afton|dagen)|[Ll]ångfredagen|[Pp]åskdagen|[Pp]åskafton|[Vv]alborg(?:smässoafton)?|[Jj]ule?aften|[Nn]yt?t?årsaften|[Nn]yt?t?årsdag|[Ll]angfredag|(?:1|2)\. (?:jule|påske|pinse|juledag)dag|[Ss]kj?ærtorsdag|[Ss]ankthansaften`,
  ],
  [
    'na|o|od|do|před|po',
    String.raw`Štědrý (?:den|večer)|Štědrého dne|Silvestra?|Nový rok|Velký pátek|Velikonoční (?:pondělí|neděli)|Boží hod(?: vánoční)?|svatého Štěpána|Mikuláše`,
  ],
];
const FORM = new Expression(
  new RegExp(
    latin(
      DAYS.map(
        ([before, days]) =>
          String.raw`(?<=(?<![\p{L}])(?:${before}) )(?:${days})(?: (?:of |de |del |di )?(?:19|20)\d\d(?!\d))?(?![\p{L}])`,
      ).join('|'),
    ),
    'g',
  ),
);
/** Hours of a shop, and wishes. */
const OF_EVERYBODY =
  /clos(?:ed|es|ing|ure)|shut|open(?:s|ing)?(?!\p{L})|bank holiday|public holiday|menu|sale|offers?|merry|happy|geschlossen|geöffnet|öffnungszeit|feiertag|aktion|ferm(?:é|eture|ons)|ouvert|horaires|cerrad|abiert|horario|chius|apert|fechad|abert|gesloten|geopend|openingstijd|zamknię|otwart|nieczynn|stängt|öppet|öppettid|lukket|åbent|åbningstid|stengt|åpent|zavřen|otevřen|zatvor/iu;
const REACH = 60;

export const recogniser: Recogniser = {
  name: 'feast-day',
  kind: 'date',
  *find(text) {
    for (const { 0: value, index } of FORM.matches(text)) {
      const end = index + value.length;
      if (OF_EVERYBODY.test(text.slice(Math.max(0, index - REACH), end + REACH))) continue;
      yield { start: index, end, score: 0.9 };
    }
  },
};
