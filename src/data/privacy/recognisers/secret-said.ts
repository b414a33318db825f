/** Passwords and codes of doors farther from their word, and without a digit: "the PIN for the gate is 5135", "Passwort: Sonnenblume". */
import { isEveryday } from '../names/everyday.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';
import { WordPattern } from '../words/word-pattern.ts';

const PASSWORDS = [
  String.raw`(?:wi-?fi|wlan|admin|root|temp(?:orary)?|initial|guest|e-?mail|login|user)?[ -]?(?:pass(?:words?|wd|phrase)|pwd?|psw)|memorable (?:word|place|name)|security (?:answer|word)|secret (?:answer|word)|creds|wi-?fi(?: (?:key|code|network))?|wlan|network key`,
  String.raw`\p{L}{0,14}-?passw(?:ort|örter)(?:es|s)?|\p{L}{0,10}kennwort(?:s|es)?|losungswort|sicherheitsantwort|sicherheitsfrage|geheimantwort|mots? de passe|mdp|réponse secrète|mot secret|contraseñas?|palabra clave|clave (?:del? )?(?:wi-?fi|internet|banca)|clave|respuesta secreta|parola (?:d['’]ordine|chiave)|senhas?|palavras?[ -]passe|palavra[ -]chave`,
  String.raw`(?:wi-?fi-?)?wachtwoord(?:en)?|paswoord(?:en)?|hasł(?:o|a|em|u)|lösenord(?:et|en)?|adgangskode[nr]?|kodeord(?:et)?|passord(?:et)?|koden|hes(?:lo|la|lem|lu)|şifre(?:si|sini|yi|m|mi|niz|miz|n)?|parola(?:sı|m|nız)?|salasana(?:ni|si)?|jelszó|jelszava|wi-?fi-?(?:kode|kod|lösenord|passord)(?:n|en|et)?`,
].join('|');
/** Whose value may stand after some words more. */
const CODES = [
  String.raw`cvv2?|cvc2?|csc|unlock pattern|codes? sim|sim[ -]?(?:pin|code|karten-?pin)|entsperrmuster|patrón de desbloqueo|schéma de déverrouillage|pin(?:s|[ -]?(?:codes?|numbers?|kod(?:en|e|u)?|kode[nr]?|nummer|kód|kodu))?|(?:door|gate|entry|entrance|access|alarm|keypad|key ?(?:safe|box)|lock ?box|locker|padlock|safe|garage|building|buzzer|lift|intercom|bike lock|back ?door|front door|unlock|shed|parking)(?: (?:code|pin|combo|combination|number))s?|keypad|key ?safe|lock ?box|(?:host|moderator|meeting)[ -](?:key|pin|passcode|code)|combos?|passcodes?|(?:the|your|le|el|il|o|der|de|votre|su|tu) (?:code|código|codice)(?= (?:is|est|es|è|é|lautet|ist))|koden(?= (?:är|er))|kod(?= to)|security code|verification code|recovery code|code for (?:the |our |my |your )?(?:bike |bin |back |front |side |main |garden )?(?:store|shed|gate|door|barrier|garage|lock(?:box)?|safe|alarm|building|car park|entrance|laundry|gym|locker|lift|padlock|hut|cabin)`,
  String.raw`geheimzahl|(?:haus|keller|hof|büro|garagen|eingangs)?-?(?:tür|tor|alarm|schließfach|tresor|schlüssel(?:box|safe|tresor|kasten)?|garagen|eingangs|zugangs|entsperr|freischalt|bestätigungs|sicherheits|aktivierungs|verifizierungs|wlan|zahlen)-?(?:codes?|kombination|pin)|schlüssel(?:tresor|box|safe)|kartenprüfnummer|prüfziffer|m?tan|code (?:für|zur|zum|der|am|vom) (?:(?:die|das|den) )?(?:haus)?(?:tür|tor|eingang|garage|tresor|schlüsselbox|alarm|alarmanlage)`,
  String.raw`digicode|codes? (?:(?:de |du |de la |de l['’]|d['’])?(?:porte|portail|alarme|entrée|accès|coffre|boîte à clés?|immeuble|parking|garage|wi-?fi|secret|confidentiel|vérification|pin|interphone|hall))|boîte à clés|cryptogramme(?: visuel)?`,
  String.raw`(?:código|clave|contraseña)(?: (?:de|del|de la|para la|para el))? (?:puerta|portal|garaje|alarma|acceso|entrada|verja|caja fuerte|verificación|seguridad|edificio|candado|tarjeta)|nip|(?:codice|combinazione)(?: (?:della|del|di|dell['’]|per il|per la))? ?(?:porta|portone|cancello|allarme|cassaforte|accesso|cassetta|sblocco|verifica|ingresso|pin|otp|sicurezza|garage)|cassetta delle chiavi|(?:código|senha|segredo) (?:de |do |da )?(?:porta|portão|alarme|cofre|cadeado|condomínio|acesso|entrada|verificação|segurança|cartão|prédio|garagem)`,
  String.raw`(?:voor|achter)?(?:deur|poort|toegangs|alarm|kluis|sleutelkluis|slot|garage|verificatie|sleutelkast)-?code|sleutel(?:kluis|kast)(?:je)?|code (?:(?:van|voor) (?:(?:de|het) )?)?(?:deur|poort|kluis|sleutelkluis|alarm|garage|hek)|kod (?:do |od |z )?(?:drzwi|bramy|domofonu|alarmu|sejfu|furtki|garażu|wi-?fi|sms|klatki|skrytki|pin|blik|dostępu)|(?:port|dörr|larm|grind|engångs|verifierings|garage|kod)kod(?:en)?|kod(?:en)? till \p{L}{3,16}|nyckel(?:skåp|box)(?:et|en)?`,
  String.raw`(?:dør|port|alarm|engangs|nøgle(?:boks)?|nøkkel(?:boks)?|lås|garage|garasje|bekræftelses|verifiserings)-?kode[nr]?|n[øo]gleboks(?:en)?|nøkkelboks(?:en)?|(?:ověřovací |přístupový |vstupní )kód|kód (?:k[eu]? |od |do |pro |na )?(?:dveř|vrat|brán|brank|alarm|trezor|vchod|garáž|schránk)\p{L}{0,4}|(?:kapı|alarm|kasa|giriş|bina|bahçe kapısı|doğrulama|onay|güvenlik|apartman|sms) (?:şifresi|kodu|şifre|kod)|ovikoodi|hälytyskoodi|\p{L}{3,14}n koodi`,
  String.raw`(?:codes?|código|codice|pin) (?:de |del |di |do |da )?(?:la |sa |ma |ta |votre |leur |son |mon |su |mi |tu |della |del |da |do )?(?:sua |mia |tua |suo |mio )?(?:carte|carta|tarjeta|cartão|kaart|karte|karty|kort(?:et)?|cellulare|telefono|tel[eé]fono|móvil|portable|téléphone|telefon(?:en)?|telemóvel|celular|valise|valigia|maleta|mala|moto|vélo|bici(?:cletta)?|cadenas|candado|lucchetto|cadeado|hængelås(?:en)?|lås(?:en)?|cykel(?:n|en)?|opgang(?:en)?|trappe(?:n)?|port(?:en)?|dør(?:en)?|hoveddør(?:en)?|dörr(?:en)?|cave|kælder(?:en)?|källare(?:n)?|garasje(?:n)?|garage(?:n)?|larm(?:et)?|sykkel(?:en)?|bod(?:en)?|hytta|hytten|stuga(?:n)?|skab(?:et)?|skåp(?:et)?|skap(?:et)?)|kod(?:en|e)? (?:til|till|for|för|på|i|av) (?:(?:hennes|hendes|hans|min|mitt|sin) )?(?:carte|carta|tarjeta|cartão|kaart|karte|karty|kort(?:et)?|cellulare|telefono|tel[eé]fono|móvil|portable|téléphone|telefon(?:en)?|telemóvel|celular|valise|valigia|maleta|mala|moto|vélo|bici(?:cletta)?|cadenas|candado|lucchetto|cadeado|hængelås(?:en)?|lås(?:en)?|cykel(?:n|en)?|opgang(?:en)?|trappe(?:n)?|port(?:en)?|dør(?:en)?|hoveddør(?:en)?|dörr(?:en)?|cave|kælder(?:en)?|källare(?:n)?|garasje(?:n)?|garage(?:n)?|larm(?:et)?|sykkel(?:en)?|bod(?:en)?|hytta|hytten|stuga(?:n)?|skab(?:et)?|skåp(?:et)?|skap(?:et)?)|combinación|combinaison|combinazione|combinação|kombinatie|kombinacja|kombination(?:en)?|kombinasjon(?:en)?|kombinace`,
].join('|');
/** A value must stand right behind them: they are words of other things too. */
const SAFES = String.raw`safe|vault|tresor|coffre(?:-fort)?|caja fuerte|cassaforte|cofre|kluis|sejf(?:u)?|kassaskåp(?:et)?|pengeskab|safen|trezor|kasa|alarmanlage|alarm|alarme|allarme|locker|combination|domofon|interphone|citofono|portero`;
/** Nothing may stand behind the value either: "the new code", "le code a changé", "abre com". */
const CHANGED = [
  String.raw`(?:new|old|right|correct|current|neue[rn]?|alte[rn]?|richtige[rn]?|aktuelle[rn]?|nouveau|ancien|bon|nuevo|viejo|nuovo|vecchio|novo|antigo|nieuwe|oude|juiste|nowy|stary|nya|gamla|nye|gamle|nový|yeni|eski) (?:code|código|codice|kod(?:en)?|kode[nr]?|kód|pin)|(?:code|código|codice) (?:bueno|correcto|nuevo|actual|giusto|nuovo|attuale|corretto|novo|certo|correto|atual|actuel|correct)`,
  String.raw`(?:code|código|codice|kod(?:en|u|ul)?|kode[nr]?|koodi|kódja|kód) (?:se |has |a |ha |wurde |is |blev |har |ble )?(?:changed|changé|cambiato|cambiado|cambió|mudou|geändert|gewijzigd|veranderd|ändrats|ændret|endret|zmieniony|muuttui|vaihtui|(?:meg)?változott|změnil|s-a schimbat|değişti)(?: (?:to|en|a|para|auf|in|naar|till|til|na))?`,
  String.raw`(?:opens?|öffnet(?: sich)?|s['’]ouvre|se abre|abre|si apre|gaat open|öppnas|åbnes|åpnes|otwiera się|otevírá se|unlocks?) (?:with|mit|avec|con|com|met|med|na|kodem)(?: (?:the |le |el |il |o |de |dem |den )?(?:code|código|codice|kod(?:en)?|kode[nr]?))?`,
].join('|');

const PASSWORD = new WordPattern(String.raw`(?<![\p{L}\p{N}])(?:${PASSWORDS})(?![\p{L}\p{N}]|-\p{L})`, 'iu');
const CODE = new WordPattern(
  String.raw`(?<![\p{L}\p{N}])(?:(?<code>${CODES})|(?<safe>${SAFES})|(?<changed>${CHANGED}))(?![\p{L}\p{N}])`,
  'iu',
);

const IS = String.raw`(?:is|was|este|luidt|lyder|hedder|heter|zní|blev|ble|fue|sarà|será|foi|byl[ao]?|ist|war|lautet|heißt|est|était|es|era|è|era|é|to|jest|är|var|er|je|reads|begins|set to|now|jetzt|changed to|reset to)`;
const QUOTE = `["'\x60“”„«‘’»‹]`;
const VALUE = String.raw`(?<quote>${QUOTE})?(?<value>[^\s"'\x60“”„«‘’»‹|;]{3,64})`;
/** Up to the value: what it is for, and what links it. */
const linkedBy = (link: string): RegExp =>
  new RegExp(
    String.raw`^${QUOTE}?(?:\s\([^()\n]{1,24}\))?(?<lead>(?:,?\s(?!${IS}\s)[\p{L}'’-]{1,16}){0,5}?)(?<link>${link})${VALUE}`,
    'iu',
  );
/** "de" is "from" and "of": what is said of a door's password before "es" comes after. */
const LINKED = [
  linkedBy(String.raw`\s(?:changed|geändert|cambiada|changé)? ?(?:from|von|de|da)\s`),
  linkedBy(
    String.raw`\s?(?:=>|->|→|[:=–(])\s{0,8}|\s${IS}(?: (?:now|jetzt|still|nu|nå|le|la|el|il|der|die|das|het|also))?:?\s`,
  ),
];
const BESIDE = new RegExp(String.raw`^${QUOTE}?\s(?!\()${VALUE}`, 'iu');
const DIGITS = String.raw`(?:[A-Z]?\d{3,8}[A-Z]?[#*]?|[#*]\d{3,8}[#*]?|\d{1,3}[A-Z]\d{1,4}|[A-Z]\d{2}[A-Z]|[A-Z]{1,2}-\d{3,6}|\d{1,2}(?:-\d{1,2}){2,5})`;
const CODE_VALUE = new RegExp(
  String.raw`(?<![\p{L}\p{N}.,/:-])${DIGITS}(?![\p{L}\p{N}/%€$£]|[.,:]\d|-\d|\s?(?:digits?|stellig|stellen|chiffres?|cifre|dígitos|cijfers|cyfr|siffror|sifre|číslic|hane|uhr|times|years?|days?|min|sek|sec|eur|usd|kr|zł|kč|tl|gbp|m|km|kg)(?!\p{L}))`,
  'giu',
);
const NEAR_CODE = new RegExp(
  String.raw`^${QUOTE}?(?:\s?(?:[:=–(]|->)|\s(?:${IS}|no|nr|code|combo|pin|kombination|kod|kode))?\s{0,2}${QUOTE}?$`,
  'iu',
);
/** What looks like a year is a code behind that word: "key box by the door, code 1954". */
const BESIDE_CODE = /(?<!\p{L})(?:code|pin|kod|kode|kód|código|codice):?\s$/iu;
/** What stands between speaks of another number. */
const OTHER_NUMBER =
  /(?<!\p{L})(?:tel|telephone|phone|call|room|flat|apartment|apt|order|invoice|ext|extension|page|step|error|version|model|floor|raum|zimmer|seite|wohnung|telefon|chambre|page|habitación|stanza|camera|quarto|kamer|pokój|rum|oda)(?!\p{L})/iu;
/** Keys that are no more than a long number. */
const HASH = new Expression(
  /(?<=(?<![A-Za-z])(?:auth|token|key|secret|apikey|password)[A-Za-z ]{0,8}["']?\s?[:=]?\s?["']?)[0-9a-f]{32,64}(?![\p{L}\p{N}])/gu,
);
const NO_SECRET =
  /^(?:required|optional|string|secret|none|null|true|false|hidden|reset|changed?|expired?s?|invalid|incorrect|wrong|unknown|forgotten|text|protected|passwords?|passwort|boolean|number|empty|enabled|disabled|missing|examples?|changeme|redacted|same|here|below|above|default|prompt|interactive|plain(?:text)?|encrypted|hashed|never|always|n\/?a|tbd|todo|manager|policy|field|box|safe|strength|strong|weak|again|only|not|needed|must|should|can|will|your|you|the|this|that|and|or|with|for|obligatorio|requerido|obligatoire|requis|erforderlich|vereist|wymagane|krävs|obbligatorio|obrigatório|opcional|facultatif|oculta|versteckt|vergessen|oublié|olvidada|esquecida|vergeten|glömt|falsch|geändert|abgelaufen|ungültig|incorrecto?|incorrecta|errata|scaduta|caducada|expirado?|expiré|błędne|zmienione|fel|forkert|feil|špatné|yanlış|siehe|voir|véase|vedi|zie|patrz|powered|from|on|at|in)$/iu;
const SHAPELESS =
  /^(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d[\d.,:]*\p{L}{0,3}|https?:.*|www\..*|[\w.+-]+@[\w.-]+|\p{L}+\.(?:com|org|net|pdf|docx?|txt)|v\d.*|[<[{$%(\\*].*|\p{L}{1,3}\d{1,3}|802\.11\p{L}*|wpa\d.*)$/iu;
const ENDS = /^["'”»]?(?:\s?[.,;!?)–-]|$|\s(?:and|or|und|oder|et|ou|y|o|e|en|of|och|og|i)\s)/iu;
const REACH = 72;
const MOST_BETWEEN = 11;

export const recogniser: Recogniser = {
  name: 'secret-said',
  kind: 'secret',
  *find(text) {
    for (const { 0: word, index } of PASSWORD.matches(text)) yield* password(text, index + word.length);
    for (const { 0: value, index } of HASH.matches(text))
      yield { start: index, end: index + value.length, score: 0.75 };
    for (const { 0: word, index, groups } of CODE.matches(text)) yield* code(text, index + word.length, groups!);
  },
};

function clauseBehind(text: string, from: number): string {
  return text.slice(from, from + REACH).split(/\n|[.!?]\s+(?=\p{Lu})/u)[0];
}

function* password(text: string, from: number): Generator<Candidate> {
  const area = clauseBehind(text, from);
  const beside = BESIDE.exec(area);
  const isBeside =
    beside !== null &&
    (beside.groups!.quote !== undefined || isMixed(beside.groups!.value) || isNumber(bare(beside.groups!.value)));
  for (const match of isBeside ? [beside] : LINKED.map((one) => one.exec(area))) {
    const found = match && passwordIn(area, match);
    if (!found) continue;
    yield { ...found, start: from + found.start, end: from + found.end };
    yield* siblings(text, from + found.end);
    return;
  }
}

function passwordIn(area: string, match: RegExpExecArray): Candidate | undefined {
  const { lead = '', link = '', quote, value: raw } = match.groups!;
  const value = bare(raw);
  const at = match[0].length - raw.length;
  const isTold = /[:=–(>→]\s*$/.test(link) || quote !== undefined;
  const score = passwordScore(value, { isTold, isNear: lead.trim() === '' });
  const isOne = score > 0 && endsThere(area, at + value.length, value);
  return isOne ? { start: at, end: at + value.length, score } : undefined;
}

interface Standing {
  /** Behind a colon or between quotation marks. */
  isTold: boolean;
  isNear: boolean;
}

/** How sure a value is one: signs and digits say it, a plain word must be all that is told. */
function passwordScore(value: string, { isTold, isNear }: Standing): number {
  if (isNear && isNumber(value)) return 0.7;
  // "bad_password attempts=4": the next field.
  if (!isTold && /^\p{L}+=/u.test(value)) return 0;
  if (value.length < 4 || NO_SECRET.test(value) || SHAPELESS.test(value)) return 0;
  if (isMixed(value)) return 0.75;
  if (!/^\p{L}{4,30}(?:[-_.]\p{L}{1,30}){0,4}$/u.test(value) || !isNear) return 0;
  return isTold || !isEveryday(value.toLowerCase()) ? 0.6 : 0;
}

/** "senha 4471": no year, and no length of one. */
function isNumber(value: string): boolean {
  return /^\d{4,24}$/.test(value) && !/^(?:19|20)\d\d$/.test(value);
}

/** Without the stops and brackets of the sentence. */
function bare(value: string): string {
  return value.replace(/[.,;:)\]}?]+$/, '');
}

/** Digits or signs among letters, or words in a row that no language writes so. */
function isMixed(value: string): boolean {
  if (/^\p{Ll}{4,}(?:-\p{Ll}{4,}){2,}$/u.test(value)) return true;
  return /\p{L}/u.test(value) && /[\d!#$%&*+@^~?_=]/.test(value.slice(0, -1) + value.slice(-1).replace(/[!?]/, ''));
}

/** A plain word is one where no other follows: "password: swordfish", and not "password: choose a long one". */
function endsThere(area: string, end: number, value: string): boolean {
  return (
    isMixed(value) ||
    isNumber(value) ||
    /^["'`”“»’]|^\s*(?:$|[.,;)|/])|^\s(?:-|–|\(|and|und|et|y|e|en|och|og|i|a|ve|if|wenn|si|se|bitte|please)(?!\p{L})/iu.test(
      area.slice(end),
    )
  );
}

const SIBLING = new RegExp(
  String.raw`^${QUOTE}?,?\s(?:and|or|to|und|oder|zu|auf|in|et|ou|y|o|e|en|och|og|i|->|→)(?: (?:is|ist|est|now|jetzt|later|then|wird|war|maintenant|ahora))*\s${QUOTE}?(?<value>[^\s"'\x60“”„«‘’»‹|;,]{5,64})`,
  'iu',
);

/** "… was X and is now Y". */
function* siblings(text: string, from: number): Generator<Candidate> {
  const match = SIBLING.exec(text.slice(from, from + REACH));
  if (match === null) return;
  const value = match.groups!.value.replace(/[.:)?]+$/, '');
  if (!isMixed(value) || !/\d|[!#$%&*+^~]/.test(value) || SHAPELESS.test(value)) return;
  const start = from + match[0].length - match.groups!.value.length;
  yield { start, end: start + value.length, score: 0.65 };
}

type Groups = Record<string, string | undefined>;

function* code(text: string, from: number, { safe, changed }: Groups): Generator<Candidate> {
  const area = clauseBehind(text, from);
  let last: number | undefined;
  for (const { 0: value, index } of matchesOf(CODE_VALUE, area)) {
    const between = area.slice(last ?? 0, index);
    const isNear = NEAR_CODE.test(between);
    if (last !== undefined ? !/^,?\s(?:\p{L}{2,12}:?\s)?$/u.test(between) : (safe ?? changed) !== undefined && !isNear)
      return;
    if (changed !== undefined && !ENDS.test(area.slice(index + value.length))) return;
    if (/\d/.test(between) || OTHER_NUMBER.test(between) || between.split(/\s+/).length > MOST_BETWEEN) return;
    if (/^(?:19|20)\d\d$/.test(value) && !(isNear || BESIDE_CODE.test(between))) return;
    if (last !== undefined && !/\D/.test(value)) return;
    yield { start: from + index, end: from + index + value.length, score: isNear ? 0.8 : 0.65 };
    last = index + value.length;
  }
}
