/** What stands beside "password", "API key" and the like, and looks like one: not a word of prose. */
import { latin } from '../latin.ts';
import type { Candidate, Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';
import { WordPattern } from '../words/word-pattern.ts';

/** Each in any case, with "_", "-" or a space between its words. */
const PASSWORDS = String.raw`pass(?:word|wd|phrase|wort|e|code)?s?(?=["']?\s{0,2}[:=])|pass(?:word|wd|phrase|wort)s?|pwd|psw|mdp|kennwort|losung|mots? de passe|contraseñas?|clave(?: de acceso| secreta)?|parola d['’]ordine|wachtwoord(?:en)?|wachtzin|hasł(?:o|a|em|u)|lösenord(?:et)?|senhas?|palavra[ -]passe|login credentials?|credentials?|zugangsdaten|recovery phrase|seed phrase|mnemonic|wi-?fi[ _-]?(?:key|code|password|schlüssel|passwort)|wlan-?(?:schlüssel|passwort|key|code)|cl[ée] wi-?fi|clave (?:del? )?wi-?fi|chiave wi-?fi|senha d[oa] wi-?fi|wifi-?(?:code|wachtwoord|sleutel)|hasło do wi-?fi|netzwerkschlüssel|entsperrmuster|security answer`;
const KEYS = String.raw`(?:secret|token|api[ _-]?key|access[ _-]?key|private[ _-]?key|signing[ _-]?key|encryption[ _-]?key|master[ _-]?key|auth[ _-]?key|license[ _-]?key)(?:[ _-]?(?:id|key|value|token)| dostępu| (?:de|di) ac{1,2}es{1,2}o| d['’]accès)?|api[ _-]?(?:key|token|secret)|bearer|api-?schlüssel|zugriffs-?token|zugriffsschlüssel|schlüssel|cl[ée](?: secrète| privée)?(?: d['’](?:api|accès))?|jeton(?: d['’]accès)?|clave (?:de )?(?:api|privada|secreta)|token (?:de|di|d['’])\s?ac{1,2}es{1,2}o|chiave(?: (?:api|privata|segreta))?|chave(?: (?:de )?(?:api|privada|secreta))?|api-?sleutel|sleutel|toegangstoken|toegangssleutel|klucz(?:a|em)?(?: api| prywatny| dostępu)?|api-?nyckel|nyckeln?|åtkomsttoken|åtkomstnyckel|sessions?[ _-]?(?:id|token)|cookie|client[ _-]?secret|connection string`;
const PINS = String.raw`(?<!(?:error|status|exit|zip|post|postal|country|area|source|bar|qr|fehler|erreur|errore|fout|fel|błędu)[ -])(?:code|koden?|codice|código|kod)(?=\s(?:for|to|für|zum|zur|pour|de la|du|del|della|per|voor|do|da|till)\s)|pins?(?:[ -]?(?:code|nummer|number|kod))?|p\.i\.n\.|pincode|pinkod(?:en)?|tan|otp|one[- ]time (?:code|password|passcode|pin)|(?:verification|security|access|auth(?:entication)?|confirmation|door|gate|alarm|keypad|entry|unlock|activation|login|recovery|safe|2fa|backup) (?:code|pin|combination)s?|cvv2?|cvc2?|passcode|puk|zugangscode|türcode|sicherheitscode|freischaltcode|bestätigungscode|aktivierungscode|entsperrcode|alarmcode|einmalcode|code (?:secret|d['’]accès|de (?:la )?(?:porte|sécurité|validation|vérification|confirmation|l['’]alarme)|confidentiel|wi-?fi|d['’]entrée)|código (?:de )?(?:verificación|acceso|seguridad|activación|confirmación|la puerta|secreto|verificação|acesso|segurança|ativação|confirmação)|codice (?:di )?(?:verifica|accesso|sicurezza|attivazione|conferma|segreto|sblocco|porta)|(?:verificatie|toegangs|beveiligings|activerings|bevestigings|deur)code|kod (?:weryfikacyjny|dostępu|pin|do drzwi|aktywacyjny|sms|bezpieczeństwa|autoryzacyjny)|(?:engångs|verifierings|säkerhets|aktiverings|port|åtkomst|dörr|larm)kod(?:en)?`;
const LINK = String.raw`["'”»]?(?:\s{0,2}\([^()\n]{1,24}\))?(?:\s(?:for|to|of|für|zum|zur|pour|para|per|voor|do|da|de|di|du|al|na|no|till|der|des|del|della|dla|begins with|on)\s(?:[\p{L}\d.-]{1,20}\s){0,3}?)?\s{0,2}(?:(?:is|was|are|ist|war|lautet|est|es|è|é|to|jest|är|lyder|luidt|begins with|starts with|is now|is still|has been set to|set to)(?!\p{L})(?:\s(?:le|el|la|il|o|a|der|die|das|het|now))?|=>|->|:=|[:=|])?\s{0,3}(?:bearer\s)?["'${'`'}«„“]?`;
/** Under the flag i no class tells capitals: what has only letters is no secret here. */
const VALUE = '(?<value>(?=\\S{0,100}[\\d$&*+#@^~_=-])[^\\s"\'`,;<>«»“”„|]{4,256})';

const ANNOUNCED = new WordPattern(
  latin(String.raw`(?<![\p{L}])(?:(?<password>${PASSWORDS})|(?<key>${KEYS})|(?<pin>${PINS}))${LINK}${VALUE}`),
  'i',
);
/** "logged in with X as the password", "user:X@host", "X (password)". */
const SAID_BEHIND = new WordPattern(
  latin(
    String.raw`(?<=\s)(?:as|als|comme|como|come|jako|som|de|di|por)\s(?:(?:the|my|his|her|your|das|mein|ihr|sein|le|la|el|il|a|o|het|mot de)\s)?(?:${PASSWORDS}|passe)(?![\p{L}])`,
  ),
  'i',
);
const VALUE_BEFORE = /(?<![^\s"'(«„])(?<value>[^\s"'`,;<>()]{6,128})["'»“”]?\s$/u;
/** "log in as root with X", "access: admin / X": a digit, a letter and a sign that few words have. */
const LOGIN = new WordPattern(
  latin(
    String.raw`(?<![\p{L}])(?:log(?:ged|ging)?[ -]?(?:in|on|into)|sign(?:ed)?[ -]in|login|creds?|credentials|access|zugang|anmelden|angemeldet|einloggen|eingeloggt|identifiants?|connexion|connecter|connecté|acceso|acceder|entrar|accesso|accedere|acesso|inloggen|ingelogd|toegang|zaloguj|logowanie|dostęp|logga in|loggade in|inloggning)(?![\p{L}])[^\n]{0,40}?(?<![^\s/:"'(])(?<value>(?=\S{0,60}\d)(?=\S{0,60}[A-Za-z])(?=\S{0,60}[!$&*+#@^~?%])[^\s"'${'`'},;<>/()]{6,64})`,
  ),
  'i',
);
const IN_LINK = new Expression(/:\/\/[^\s:/@]{1,64}:(?<value>[^\s@/]{3,128})@/g);

/** Bits a character, by the text's own frequencies (Shannon). */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Digits among letters, or signs that no word has, or capitals within. */
function isMixed(value: string): boolean {
  if (/^v?\d+(?:\.\d+)+$|^\d{1,2}[:.]\d\d$|^(?:19|20)\d\d$/.test(value)) return false;
  if (/\d/.test(value)) return /[^\d.,]/.test(value) && !/^\d+(?:st|nd|rd|th|-\p{Ll}+|\p{Ll}{1,3})$/u.test(value);
  return /[!$&*+?#@^~]./.test(value.slice(0, -1)) || (/\p{Ll}\p{Lu}/u.test(value) && value.length >= 8);
}

function isPin(value: string): boolean {
  if (/^(?:19|20)\d\d$/.test(value)) return false;
  return /^\d{3,8}#?$|^(?=.*\d)[A-Z0-9]{2,6}(?:-[A-Z0-9]{2,6}){1,4}$|^(?=.*\d)[A-Z0-9]{5,12}$/.test(value);
}

function scoreOf(value: string, groups: Record<string, string | undefined>, isAssigned: boolean): number {
  // "bad_password attempts=4": the next field.
  if (!isAssigned && /^\p{L}+=/u.test(value)) return 0;
  if (value.length < 4 || /^[[<{$%(\\]|^\*+$|^x+$|^\.+$|^\p{Ll}+\(|^--/u.test(value)) return 0;
  if (groups.pin !== undefined && isPin(value)) return 0.85;
  const isRandom = value.length >= 16 && entropy(value) > 3.5 && !/[()[\]{}]|\/.*\//.test(value);
  const isPhrase = /^\p{Ll}{3,}(?:-\p{Ll}{3,}){3,}$/u.test(value);
  if (isMixed(value) && (isAssigned || value.length >= 6)) return isAssigned ? 0.9 : 0.7;
  if (groups.password !== undefined && isPhrase) return 0.7;
  if (isAssigned && isRandom) return 0.9;
  // "password: swordfish" is one where the value is all that stands there.
  return 0;
}

export const recogniser: Recogniser = {
  name: 'secret-word',
  kind: 'secret',
  *find(text) {
    for (const match of ANNOUNCED.matches(text)) {
      const raw = match.groups!.value;
      const head = match[0].slice(0, match[0].length - raw.length);
      const isAssigned =
        /(?:[:=|>]|(?<!\p{L})(?:is|was|ist|lautet|est|es|è|é|to|jest|är)(?:\s\p{L}{1,3})?)\s{0,3}(?:bearer\s)?["'`«„“]?$|bearer\s$/iu.test(
          head,
        );
      yield* candidate(raw, match.index + head.length, (value) =>
        scoreOf(value, { ...match.groups, ...(/c[oó]d|kod|pin/i.test(head) && { pin: head }) }, isAssigned),
      );
    }
    for (const { index } of SAID_BEHIND.matches(text)) {
      const match = VALUE_BEFORE.exec(text.slice(Math.max(0, index - 132), index));
      if (match === null) continue;
      const { value } = match.groups!;
      const start = index - match[0].length;
      yield* candidate(value, start, (one) => (isMixed(one) ? 0.75 : 0));
    }
    for (const match of LOGIN.matches(text)) {
      const { value } = match.groups!;
      const at = match.index + match[0].length - value.length;
      yield* candidate(value, at, (one) => (isMixed(one) && !/^[^@]+@[^@]+\.\p{L}+$/u.test(one) ? 0.7 : 0));
    }
    for (const match of IN_LINK.matches(text)) {
      const { value } = match.groups!;
      yield* candidate(value, match.index + match[0].length - value.length - 1, (one) =>
        one.startsWith('$') ? 0 : 1.7,
      );
    }
  },
};

/** Stops and brackets of the sentence are no part of it. */
function* candidate(raw: string, start: number, score: (value: string) => number): Generator<Candidate> {
  const value = raw.replace(/(?:[.)\]}?]|(?<=[.)\]}?].*)!)+$/, '');
  const scored = score(value);
  if (scored > 0) yield { start, end: start + value.length, score: Math.min(1, scored) };
}
