/** Secrets that stand farther from their word, in pairs, on command lines, and passwords that are words themselves. */
import { leanestPattern } from '../planes.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';
import { WordPattern } from '../words/word-pattern.ts';
import { entropy } from './secret-word.ts';

const WORDS = String.raw`pw|ww|salasana|heslo|jelszó|parola|paswoord|(?:wi-?fi-?)?lösen|wi-?fi|wlan|router|şifre(?:si|sini|yi|m|mi|niz)?|haslo|sekret|startpasswort|(?:wi-?fi|wlan|network|door|safe)[ -]?(?:key|code)s?|pass(?:word|wd|phrase|code|wort)?s?|pwd|kennwort|mots? de passe|mdp|contraseñas?|clave|wachtwoord(?:en)?|hasł(?:o|a|em)|lösenord(?:et)?|senhas?|palavra[ -]passe|parola (?:chiave|d['’]ordine)|credentials?|zugangsdaten|api[ _-]?keys?|(?:access|secret|private|signing|license|licence|product|activation|encryption|recovery|backup)[ _-]?(?:keys?|codes?|tokens?)|tokens?|secret|cl[ée] (?:api|secrète|privée)|clave (?:api|secreta)|chiave (?:api|segreta)|chave (?:api|secreta)|klucz(?:a)? (?:api|prywatny)|api-?(?:schlüssel|sleutel|nyckel)`;
const WORD = new WordPattern(String.raw`(?<![\p{L}\p{N}])(?:${WORDS})(?![\p{L}\p{N}])`, 'iu');
const OF_PASSWORDS =
  /salas|heslo|jelsz|parola|pass|pwd|pw|ww|kenn|mdp|mot|contra|clave|wacht|has|lösen|senh|şifre|palavra/iu;
/** "password of the till?", and the next one to speak says nothing else. */
const ANSWERED = new WordPattern(
  String.raw`(?<![\p{L}\p{N}])(?:${WORDS}|pin|code|kod(?:en)?|kode[nr]?|código|codice|salasana|heslo|hasło|parola)(?!\p{L})[^\n]{0,48}\n(?:\[?\d{1,2}[:.]\d\d\]?\s)?[\p{L} .-]{1,24}:\s{1,2}(?<value>[^\s]{4,40})(?=[ \t]*(?:\n|$))`,
  'iu',
);
const TOKEN = /(?<![^\s"'`«„“(:=,|])[^\s"'`,;<>«»“”„|()]{8,128}/gu;
const REACH = 70;
/** Names of procedures and standards hold letters and digits too. */
const STANDARD =
  /^(?:sha|md5|aes|rsa|dsa|hmac|oauth|ipv|http|utf|base\d|pkcs|x509|ed\d|wpa|tls|ssl|iso|rfc|ascii|hs256|rs256|es256|windows|ubuntu|debian|python|node|java|version|v\d)/i;

const PHRASE = new WordPattern(
  String.raw`(?<!\p{L})(?:pass ?phrase|(?:seed|recovery|backup|wallet|secret)(?: recovery| key)? (?:phrase|words)|key phrase|mnemonic|seed words|passwort-?satz|wachtzin|phrase secrète|frase (?:semilla|de recuperación|segreta|di recupero|secreta|de recuperação))(?:\s(?:for|of) (?:the )?[\p{L}\d]{2,12}(?: \p{L}{2,12})?)?(?:\s(?:is|was|ist|est|es|è|é|(?:begins|starts)(?: with)?|reads))?\s{0,2}[:=]?\s{0,2}["'«„“]?(?<value>\p{Ll}{3,12}(?:[ -]\p{Ll}{3,12}){3,23})(?=["'»”.,]|\s*$|\s*\n)`,
  'imu',
);
const PROSE =
  /(?<!\p{L})(?:the|and|for|used|with|that|which|your|you|this|from|will|must|when|der|die|das|und|für|les|des|pour|que|los|las|para|che|per|non|het|een|voor|och|för|oraz|dla)(?!\p{L})/u;
const WHOLE_WORD = leanestPattern(
  new RegExp(
    String.raw`(?<=^|\n|[,;(] ?)\s{0,8}["']?(?:[\p{L}-]{2,15} ){0,2}(?:pass(?:word|wd|wort|phrase)?|pwd|kennwort|mot de passe|mdp|contraseña|clave|wachtwoord|hasło|lösenord|senha|palavra[ -]passe|parola chiave|password)["']?(?:\s?[:=]\s?|\s(?=\p{L}+-\p{L}+\s*$))["'«„“]?(?<value>\p{L}{5,30}(?:[-_.]\p{L}{1,30}){0,4})["'»”]?(?=\s*(?:$|\n|[,;)]))`,
    'giu',
  ),
);
const NO_SECRET =
  /^(?:required|optional|string|secret|none|null|true|false|hidden|reset|changed|expired|invalid|incorrect|wrong|unknown|forgotten|text|protected|password|passwort|boolean|number|empty|enabled|disabled|missing|example|changeme|redacted|same|here|below|above|default|prompt|interactive|plaintext|encrypted|hashed|never|always|obligatorio|requerido|obligatoire|requis|erforderlich|vereist|wymagane|krävs|obbligatorio|obrigatório|opcional|facultatif|oculta|versteckt|vergessen|oublié|olvidada|esquecida|vergeten|glömt)$/iu;
/** "login rgupta / tiger-paws-7". */
const PAIR = new WordPattern(
  String.raw`(?<!\p{L})(?:login|log-in|credentials?|creds|access|account|user(?:name)?|wi-?fi|wlan|zugang(?:sdaten)?|anmeldung|identifiants?|accès|acceso|usuario|accesso|utente|acesso|inlog(?:gegevens)?|logowanie|inloggning)(?!\p{L})(?: \p{L}{2,12}){0,3}\s{0,2}[:=]?\s{0,2}["'«„“]?[\w.@-]{2,40}["'»”]?\s?(?:\/|\||:)\s?(?<value>[^\s"'/|]{5,40}[^\s"'/|.,;:)])`,
  'iu',
);
/** Whether one of those below can be anywhere. */
const COMMAND = /(?<!\S)-{1,2}[a-z]|Authorization|X-[A-Z]|PASS|PWD|SECRET|TOKEN|KEY/;
const COMMANDS = [
  /(?<!\S)(?:-u|--user|--credentials?)[ =]["']?[\w.@-]{1,64}:(?<value>[^\s"'@]{4,64})/g,
  /(?<!\S)(?:--pass(?:word|wd|phrase)?|--token|--secret|--api-key)[ =]["']?(?<value>[^\s"'$<[{]{6,128})/g,
  /(?<=\b(?:mysql|mysqldump|mariadb|sshpass|redis-cli|7z)\b[^\n]{0,60}\s)-(?:p|a)["']?(?<value>[^\s"'$<-][^\s"']{5,64})/g,
  /\bX-(?:[A-Za-z]+-)*(?:Key|Token|Secret):\s?(?<value>[\w+/=.-]{12,512})/gi,
  /\bAuthorization:\s?(?:Basic|Token|ApiKey|Digest)\s(?<value>[\w+/=.-]{8,512})/gi,
  /(?<![\p{L}\d])(?:[A-Z][A-Z0-9]*_)*[A-Z0-9]*(?:PASS(?:WORD|WD|PHRASE)?|PWD|SECRET|TOKEN|APIKEY|API_KEY|ACCESS_KEY|PRIVATE_KEY)\s?[=:]\s?["']?(?<value>[^\s"'`;$<>(){}[\]]{6,256})/gu,
];

export const recogniser: Recogniser = {
  name: 'secret-near',
  kind: 'secret',
  *find(text) {
    const words = WORD.matches(text);
    for (const { 0: word, index } of words) yield* near(text, index + word.length, OF_PASSWORDS.test(word));
    for (const match of ANSWERED.matches(text)) if (isAnswer(match.groups!.value)) yield found(match, 0.65);
    for (const match of PHRASE.matches(text)) if (!PROSE.test(match.groups!.value)) yield found(match, 0.7);
    for (const match of words.length === 0 ? [] : matchesOf(WHOLE_WORD, text))
      if (!NO_SECRET.test(match.groups!.value)) yield found(match, 0.6);
    for (const match of PAIR.matches(text)) yield* command(match);
    if (!COMMAND.test(text)) return;
    for (const match of COMMANDS.flatMap((pattern) => matchesOf(pattern, text))) yield* command(match);
  },
};

function* command(match: RegExpExecArray): Generator<Candidate> {
  const { value } = match.groups!;
  if (/\d/.test(value) && /\p{L}/u.test(value) && !isOther(value)) yield found(match, 0.75);
}

/** The first stretch of the same sentence that no language has for a word. */
function* near(text: string, from: number, isPassword: boolean): Generator<Candidate> {
  const area = text.slice(from, from + REACH).split(/\n|(?<=[.!])\s+(?=\p{Lu})/u)[0];
  for (const { 0: raw, index } of matchesOf(TOKEN, area)) {
    const value = raw.replace(/[.:!?]+$/, '');
    if (!isRandom(value) && !(isPassword && isMade(value))) continue;
    yield { start: from + index, end: from + index + value.length, score: 0.6 };
    return;
  }
}

/** What people make passwords of, which is no word and no name of a product behind that word: "bluenose52", "Plum-9-Orbit". */
function isMade(value: string): boolean {
  if (isOther(value)) return false;
  return /^\p{L}{4,20}\d{2,4}[!?]?$/u.test(value) || /^(?=\D*\d)[\p{L}\d]+(?:[-_.][\p{L}\d]+){2,4}$/u.test(value);
}

function isAnswer(value: string): boolean {
  return /^\d{4,8}#?$/.test(value) || isRandom(value) || isMade(value) || /^\p{L}+[-_.!@#$&*+]\S*\d/u.test(value);
}

/** Two digits or more among letters of both cases or with signs, or long and without a pattern. */
function isRandom(value: string): boolean {
  if (isOther(value)) return false;
  const digits = value.replaceAll(/\D/g, '').length;
  // "Caffe&Cornetto8", "Krabbe-Watt-9", "Gutenb3rg".
  if (/\p{L}{2}[!#$%&*+^~?§]\p{L}{2}|\p{L}{4}[!#$%&*+^~?]\d/u.test(value)) return true;
  if (/^\p{Lu}\p{Ll}{2,}(?:[-_.]\p{Lu}\p{Ll}{2,})+[-_.]?\d{1,4}$/u.test(value)) return true;
  if (/\p{Ll}\d\p{Ll}/u.test(value) && /\p{Lu}/u.test(value)) return true;
  if (digits < 2 || !/\p{L}/u.test(value)) return false;
  if (value.length >= 16) return entropy(value) > 3;
  return (/\p{Lu}/u.test(value) && /\p{Ll}/u.test(value)) || (/[!$&*+#^~?%]/.test(value) && digits > 1);
}

function isOther(value: string): boolean {
  if (STANDARD.test(value) || /^https?:|^\/|^\.|\.\p{L}{2,4}$|@.+\./u.test(value)) return true;
  return /^\d[\d.,:/-]*\p{L}{0,3}$/u.test(value) || /^\p{L}{1,3}\d{1,3}$/u.test(value) || /^[[<{$%(\\]/.test(value);
}

function found(match: RegExpExecArray, score: number): Candidate {
  const { value } = match.groups!;
  const start = match.index + match[0].lastIndexOf(value);
  return { start, end: start + value.length, score };
}
