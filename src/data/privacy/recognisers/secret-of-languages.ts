/** Passwords behind their word in forty languages more, and codes of doors and gates, whose form is their own: "7788#". */
import { matchesOf, type Recogniser } from '../recogniser.ts';

const WORDS = [
  'парол[ьяюіи]|паролем|паролата?|лозинк[аеу]|кодов[оеы][йе] слово|құпиясөз|сырсөз|нууц үг|গোপন নম্বর|գաղտնաբառ|პაროლი|κωδικός(?: πρόσβασης)?|συνθηματικό',
  'hesl[oaeu]|jelsz(?:ó|ava|avam)|parol[aăiė]|salasan[aat]{1,3}|parooli?|slaptažod\\p{L}{2,3}|lykilorð\\p{L}{0,2}|passord(?:et)?|adgangskode[nr]?|kodeord(?:et)?|şifre(?:si|m|niz)?|şifrə|gesl[oa]|zaporka|lozink[aeu]|fjalëkalimi?|wagwoord|nenosiri|nywila|kata ?laluan|kata ?sandi|mật khẩu',
  'סיסמ[הא]|הסיסמ[הא]|كلمة ?(?:ال)?(?:سر|مرور)|الرقم السري|رمز(?: عبور)?|گذرواژه|پسورد|پاس ?ورڈ|पासवर्ड|কুটশব্দ|পাসওয়ার্ড|பாஸ்வேர்டு|கடவுச்சொல்|పాస్‌?వర్డ్|ಪಾಸ್‌?ವರ್ಡ್|പാസ്‌?വേഡ്|મુરપદ|પાસવર્ડ|ਪਾਸਵਰਡ|මුරපදය|รหัส(?:ผ่าน)?|ລະຫັດ(?:ຜ່ານ)?|លេខសម្ងាត់|စကားဝှက်|የይለፍ ?ቃል',
  '密码|密碼|口令|パスワード|暗証番号|合言葉|비밀번호|비번|패스워드|암호',
].join('|');
/** What links a word to its value, which has letters and digits or signs. */
const NAMED = new RegExp(
  // No space need stand before a word of Chinese, Japanese, Korean or Thai.
  String.raw`(?<![^\P{L}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}])(?:${WORDS})(?<![A-Za-z](?=[A-Za-z0-9_-]))(?:(?:[를을은는이가]|は|を|が|是|为|為|е|е:|je|on|olla|ir|yra|er|da|is|là|adalah|ialah|هي|هو|است)(?=[\s:]|[!-~]))?\s{0,2}[:=：]?\s{0,2}["'«„“「]?(?<value>[!-~]{4,40})`,
  'giu',
);
/** Words between: "пароль от почты Pirozhok_91". */
const NAMED_FARTHER =
  /(?<!\p{L})(?:парол[ьяюе]|паролем|κωδικ[όο]ς?)(?:\s\p{L}{1,14}){1,4}?(?:\s?[:=–—]\s?|\s)["'«„“]?(?<value>[!-~]{4,40})/giu;
/** A number with a sign that keypads have, or cut by one. */
const KEYED =
  /(?<![^\s:"'(,])(?<value>\d{3,6}[#*]|[#*]\d{3,6}[#*]?|\d{1,6}[*#]\d{1,4}|(?=[^\s,.;]{0,5}\d)\d{3,5}[B-JL-UX-Z\u0410-\u042f])(?=["'),.;]|\s|$)/gu;
/** "door code", "key safe", "gate is", in what languages there are. */
const DOORS = new RegExp(
  String.raw`(?<!\p{L})(?:(?:door|gate|entry|entrance|access|alarm|lift|elevator|buzzer|keypad|lock|garage|building|key ?safe|lockbox|intercom|doorbell)(?: code| pin| number| box)?|codes?|códigos?|codici?|koden?|kód|kod(?:u|em)?|koodi?|kodas|kods|uksekood|ovikoodi|portkod|türcode|haustürcode|haustür|tür|tor|eingang|porte|portail|entrée|puerta|verja|entrada|porta|portone|cancello|portão|deur|poort|voordeur|drzwi|brama|furtka|dörr(?:en)?|porten|grinden|dør(?:en)?|dveře|vchod|kapı|interfon|digicode|interphone|citofono|portero|domofon(?:u)?|код(?:а|у|ом)?|домофон(?:а)?|κωδικός|קוד|كود|رمز|কোড|कोड|รหัส|暗証番号|密码|门禁|門禁|비번|비밀번호|mã(?: cửa| số)?)(?!\p{L})`,
  'iu',
);
const REACH = 40;

export const recogniser: Recogniser = {
  name: 'secret-of-languages',
  kind: 'secret',
  needs: { digits: 1 },
  *find(text) {
    for (const { 0: whole, index, groups } of [NAMED, NAMED_FARTHER].flatMap((one) => [...matchesOf(one, text)])) {
      const value = groups!.value.replace(/["'),.;:»”]+$/, '');
      const start = index + whole.length - groups!.value.length;
      if (isSecret(value)) yield { start, end: start + value.length, score: 0.75 };
    }
    for (const { index, groups } of matchesOf(KEYED, text)) {
      const { value } = groups!;
      const around = `${text.slice(Math.max(0, index - REACH), index)}\n${text.slice(index + value.length, index + value.length + REACH)}`;
      if (DOORS.test(around)) yield { start: index, end: index + value.length, score: 0.7 };
    }
  },
};

/** Letters beside digits or signs, or a number of some length: no word, no time, no amount. */
function isSecret(value: string): boolean {
  if (value.length < 4 || /^[<[{$%(\\/]|^https?:/.test(value)) return false;
  if (/^\d+$/.test(value)) return value.length <= 8 && !/^(?:19|20)\d\d$/.test(value);
  return /[A-Za-z]/.test(value) ? /\d|[!#$%&*+@^~?_]/.test(value) : /[#*]/.test(value);
}
