/** Secrets in settings and commands: KEY='three words', -k "…", requirepass=…, seed=…, X-Auth: …, "API-nøgle …". */
import { matchesOf, type Recogniser } from '../recogniser.ts';

/** Whether one of those below can be anywhere. */
const HINT = /[=:]|(?:^|\s)-{1,2}[a-z]|api/iu;
/** Of capitals alone. */
const SEED =
  /(?<![A-Za-z])(?:seed|totp|secret)(?: (?:for|voor|für|de|del|da|do|till|til|pour|per) (?:(?:the|de|den|la|el|il|o|your) )?[\p{L}-]{2,20}(?: app)?)?["']?\s?[=:]\s?["']?(?<value>[A-Z2-7]{16,64})(?![A-Za-z0-9])/giu;
const FORMS = [
  /(?<![A-Za-z0-9])[A-Z0-9_]*(?:PASS(?:WORD|WD|PHRASE|WORT)?|PWD|SECRET|TOKEN|PIN|KEY)(?:_[A-Z0-9]+)*\s?[=:]\s?(?<quote>["'])(?<value>[^\n"']{6,120})\k<quote>/g,
  /(?<=(?:^|\s)(?:-k|-p|-P|--pass(?:word|phrase|wd|in|out)?|-pass(?:in|out|phrase)?|-storepass|-keypass)(?:[ =]|\s?pass:)|\bpass:)(?<quote>["'])(?<value>(?=[^\n"']{0,80}[\d!#%&@])[^\n"'/:$]{6,120})\k<quote>/g,
  /(?<=(?:^|\s)(?:-k|-storepass|-keypass|--pass(?:word|phrase|in|out)?|-pass(?:in|out))[ =](?:pass:)?)(?<value>(?=\S{0,60}\d)[^\s"'$<-][^\s"'$<]{5,80})/g,
  SEED,
  /(?<![A-Za-z])(?:requirepass|masterauth|passwd|userpass|keypass|storepass|auth_?token|access_?token|api_?key|apikey|secret|token|key|auth|pwd|pass)[=](?<quote>["']?)(?<value>(?=\S{0,60}\d)(?=\S{0,60}[A-Za-z])[^\s"'`,;<>(){}[\]$&|]{8,128})/g,
  /(?<![A-Za-z-])X-(?:[A-Za-z]+-)*Auth(?:orization)?(?:-[A-Za-z]+)*:\s?(?<value>[\w+/=.-]{12,512})/gi,
  /(?<!\p{L})api[- ]?(?:key|nøglen?|nøkkel(?:en)?|nyckeln?|avain|avaimen|klíče?|kľúč|klucz(?:a|em)?|kulcs(?:ot|a)?|cheia|cheie|anahtarı|schlüssels?|sleutel|token|ключ(?:а|ом)?|κλειδί|키|キー|密钥|密鑰)(?:\s(?:is|ist|er|on|je|это))?\s?[:=]?\s{0,2}["'`«]?(?<value>(?=\S{0,60}\d)(?=\S{0,60}[A-Za-z])[\w-]{10,128})/giu,
];
/** Places for values, and variables. */
const NO_VALUE =
  /^(?:[$<{%[*]|x{4,}|\.{3}|your|change|example|placeholder|redacted)|^(?:true|false|null|none)$|^[A-Z_]+$|\.\p{L}{2,4}$/iu;

export const recogniser: Recogniser = {
  name: 'secret-config',
  kind: 'secret',
  *find(text) {
    if (!HINT.test(text)) return;
    for (const form of FORMS) {
      for (const { 0: whole, index, groups } of matchesOf(form, text)) {
        const { value } = groups!;
        if (form === SEED ? !isSeed(value) : NO_VALUE.test(value)) continue;
        const start = index + whole.lastIndexOf(value);
        yield { start, end: start + value.length, score: 0.75 };
      }
    }
  },
};

function isSeed(value: string): boolean {
  return value === value.toUpperCase() && (/\d/.test(value) || value.length >= 26);
}
