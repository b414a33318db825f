/** Names of accounts at services and on machines: "username: kroll", "logged in as s.vogt", "for rkemp from 10.0.0.4". */
import { gazetteer } from '../gazetteer.ts';
import { isEveryday } from '../names/everyday.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';
import { isBeyondLatin } from '../script-forms.ts';
import { Expression } from '../words/expression.ts';
import { WordPattern } from '../words/word-pattern.ts';

/** Announce a name of an account and nothing else. */
const OWN = [
  String.raw`user ?-?names?|user[ _-]?id|userid|login(?: name| id)?|log-in|log-?on(?: name| id)?|screen name|handle|nick(?:name)?(?: (?:in|on) (?:the )?\p{L}{2,12})?|skype(?: id| name)?|telegram|discord|twitter|instagram|account name|network id|domain user|windows user|ad user|unix user|samaccountname`,
  String.raw`benutzernamens?|benutzerkennung|benutzerkonto|benutzer-?id|anmeldename|nutzername|nutzerkennung|kontoname|kürzel|kennung|nom d['’]utilisateur|identifiant(?: de connexion| réseau| intranet)?|pseudo(?:nyme)?|compte (?:utilisateur|windows|réseau)|nombre de usuario|id de usuario|usuario de red|nome utente|id utente|account utente|nome de (?:utilizador|usuário)|nome do usuário|id do usuário`,
  String.raw`gebruikersnaam|inlognaam|accountnaam|gebruikers-?id|nazwa użytkownika|identyfikator użytkownika|nazwa konta|användarnamn|inloggningsnamn|användar-?id|användarkonto|brugernavn|bruger-?id|brukernavn|bruker-?id|brukerkonto|uživatelské jméno|přihlašovací jméno|kullanıcı (?:ad[ıi](?:m|n[ıi]z|m[ıi]z)?|kodu|hesabı)|käyttäjätunnus|käyttäjänimi|nume(?:le)? de utilizator|felhasználónév|felhasználói név|tunnus|käyttäjä|přihlášení|tên đăng nhập|tên người dùng|nama pengguna|nama akun|username-?nya|nimimerkki|přezdívka|becenév|alias (?:cbu|cvu)`,
].join('|');
/** Announce one where it is marked, or where the value is no word. */
const PEOPLE =
  'users?|accounts?|utilisateurs?|utilisatrice|usuari[oa]s?|utente|utilizador(?:a)?|usuári[oa]|użytkowni(?:k|czka|ka|kiem)|användaren?|benutzer(?:in|s)?|nutzer(?:in|s)?|gebruikers?|brugere?n?|brukere?n?|uživatel(?:ka|e|em)?|kullanıcı(?:nın)?|käyttäjän?|utilizator(?:ul|ului)?|user(?:ul|ului)|felhasználó(?:t|nak)?|kontot|kontoen|contul|konta|konto(?:n|ni)|profile|profiel|profil(?:en)?|perfil|profilo|alias|accès|acceso|accesso|acesso|zugang|compte|konto|cuenta|conta|sysop|login|owner|oper|tài khoản|khách|akun|účet|účt(?:u|em)|fiók(?:om|ja)?|tili(?:n|lle|ltä)?|hesab[ıi]m?|tekijä|commit(?:ter)?|streamer|pelaaja|játékos|hráč';
const VALUE = String.raw`@?[A-Za-z](?:[\w.-]{1,38}[A-Za-z\d_])(?![\p{L}\p{N}@])`;
const IS = String.raw`(?:is|was|ist|war|lautet|est|es|è|é|to|jest|är|er|je)\s`;
const ANNOUNCED = new WordPattern(
  String.raw`(?<![\p{L}\p{N}])(?:[a-z]{1,12}_)?(?:(?<own>${OWN})|(?<people>${PEOPLE}))["']?(?:(?<mark>['’]s\s|\s{0,2}(?:[:=|]|${IS})\s{0,2})|\s)["'«„“(<]?(?<value>(?!(?:${PEOPLE})[\s=:])${VALUE})`,
  'iu',
);
/** What says that somebody is, or wants to be, at work on a machine. */
const AS = [
  String.raw`(?:logged|signed|log|sign)(?:ging|ing)? (?:in|on|into [\w.-]{1,30})(?: (?:again|remotely))? as|running as|welcome(?: back)?,?|runs as|authenticated as|connected as|posts? as|posting as|known as|impersonating|sudo -u|su -`,
  String.raw`(?:angemeldet|eingeloggt|verbunden) als|anmeldung (?:von|als)|login (?:von|durch|als|par|de|di|da|van|door)|zugriff (?:durch|von|als)|connectée? en tant que|connectée? sous(?: le compte)?|connexion (?:de|par)|conectad[oa] como|sesión (?:iniciada )?(?:como|por|de)|acceso de|connesso come|collegat[oa] come|accesso di|conectad[oa] como|logad[oa] como|acesso de`,
  String.raw`ingelogd als|aangemeld als|inloggen (?:als|door)|zalogowan[ya] jako|logowanie (?:jako|przez)|inloggad som|inloggning (?:av|som)|logget (?:ind|inn|på) (?:[^\n:;]{0,30}? )?som|pålogget som|přihlášen[áo]? jako|přihlášení (?:uživatele|jako)|olarak giriş`,
  String.raw`session (?:opened|closed) for(?: user)?|accepted (?:publickey|password|keyboard-interactive/pam) for|failed password for(?: invalid user)?|invalid user|user unknown|bad password for|authentication fail(?:ure|ed) for(?: user)?|access denied (?:for|to)(?: user)?|denied for(?: user)?|(?:accesso|acceso|acesso|accès|toegang|dostęp|åtkomst|adgang|tilgang) (?:negato|denegado|negado|refusé|geweigerd|zabroniony|nekad|nægtet|nektet) (?:a|para|à|pour|per|voor|dla|för|for|til)(?: l['’]utente)?|connexion refusée (?:pour|à|de)|zugriff verweigert für|anmeldung fehlgeschlagen(?: für|:)|fehlversuche:|failed logins?:|(?:ran|run|runs|started|executed|launched) (?:\p{L}+ ){0,3}as|games? as|plays? as|streams? as|signs? as|firma como|firma come|signe|assigned to|cc|account locked for|password (?:changed|reset) (?:for|by)|sessions? belongs? to|last login:|ssh(?: login)? by`,
  String.raw`(?:changed|modified|created|approved|edited|closed|opened|updated|deleted|reviewed|committed|merged|pushed|deployed|deploy|uploaded|submitted|exported|locked|unlocked|reset|processed|entered|assigned) (?:by|to)|(?:geändert|erstellt|gelöscht|freigegeben|bearbeitet|angelegt|gesperrt|exportiert) (?:von|durch)|(?:modifié|créé|supprimé|validé|saisi|clôturé)e? par|(?:modificad|cread|eliminad|aprobad|cerrad)[oa] por|(?:modificat|creat|eliminat|approvat|chius)[oa] da|(?:alterad|criad|excluíd|aprovad|encerrad)[oa] por|(?:gewijzigd|aangemaakt|verwijderd|goedgekeurd|geweigerd|inloggen [^\n]{0,40}) door|(?:zmienion[ye]|utworzon[ye]|usunięt[ye]|zatwierdzon[ye])(?: przez)?|(?:ändrad|skapad|godkänd|borttagen) av|(?:ændret|oprettet|slettet|godkendt|endret|opprettet|godkjent) av|(?:změnil|vytvořil|smazal|schválil)a?`,
].join('|');
const WORKING = new WordPattern(String.raw`(?<![\p{L}\p{N}])(?:${AS})\s{1,2}["'\x60«„“]?(?<value>${VALUE})`, 'iu');
/** No sentence says so of anything but an account. */
/** "SybilBakesLive". */
const IN_HUMPS = /^(?:[A-Z][a-z]{2,}){2,}$/;
const OF_LOG = /^(?:accepted|failed|bad) (?:password|publickey|keyboard-interactive\/pam) for/i;
/** "okaraca kullanıcısı", "okaraca hesabı". */
const BEHIND = new WordPattern(
  String.raw`(?<!\p{L})(?:kullanıcı(?:sı|sının|sına|sını|lı)|hesab(?:ı|ının|ına|ını)|felhasználó(?:val|t|nak)?|fiók(?:ja|ját|jával))(?!\p{L})`,
  'iu',
);
const BEFORE = new RegExp(String.raw`(?<![\p{L}\p{N}@.])(?<value>${VALUE.replace('(?![\\p{L}\\p{N}@])', '')}) $`, 'u');
const REACH = 42;
/** Words of other letters, beside which a name of an account is the only Latin one; particles of Japan and Korea touch it. */
const OTHER_LETTERS = new Expression(
  new RegExp(
    String.raw`(?:имя пользователя|ім['’]я користувача|логин(?:ом|а|у)?|логін(?:ом|а|у)?|учётная запись|обліковий запис|аккаунт(?:а|у|ом)?|акаунт(?:а|у|ом)?|телеграм(?:е|і)?|телега|инстаграм(?:е)?|інстаграм(?:і)?|соц(?:иальная|іальна) (?:сеть|мережа)|ник(?:нейм)?|нікнейм|όνομα χρήστη|χρήστης|λογαριασμός|ψευδώνυμο|ユーザー(?:名|ID)|アカウント(?:名|ID)?|ログイン(?:名|ID)|用户名?|用戶名?|登录名?|登入帳號|账号|帳號|帐号|微信号?|小红书|抖音|아이디|계정|사용자(?: 이름|명)?|닉네임|인스타|ผู้ใช้|ชื่อผู้ใช้|บัญชี|ไอดี(?:ไลน์)?|اسم المستخدم|المستخدم|لحساب(?:ك|ي)?|حساب(?:ك|ي)?|معرف|שם ה?משתמש|משתמש|כינוי|यूज़?र ?नेम|यूज़र ?नेम|उपयोगकर्ता(?: नाम)?|हैंडल|आईडी)(?: (?:μου|του|της|είναι|это|це|هو|هي|שלי|הוא|है))*\s?(?:[:：=—–「『"']|は|が|는|은|이|가|是|为|為|คือ)?\s?[「『"'«]?(?<value>@?[A-Za-z](?:[\w.-]{1,38}[A-Za-z\d_])(?![A-Za-z\d@_-]|\.[A-Za-z]))`,
    'giu',
  ),
);
/** What only accounts do: "lholm kan ikke logge på", "akarlsson2 loggade in", "jdelacroix7 failed three times". */
const DOING = new WordPattern(
  String.raw`(?<!\p{L})(?:(?:has |had |was |just |last |can['’]?t |cannot |could not |couldn['’]t |kan (?:ikke|inte|niet) |kunde inte |nie może się |no puede |ne peut pas |ne peut plus |non riesce ad? |não consegue )?(?:logg?(?:ed|ing|s)? (?:in|on|out|off)|log (?:in|on)|logge (?:på|inn|ind|seg|sig)|loggade|loggat|logget|logga in|inloggen|se connecter|s['’]est connecté|acced(?:er|ió|ere)|iniciar sesión|inició sesión|entrar|zalogow\p{L}{1,3}|failed (?:\p{L}+ )?(?:times|twice|login|attempts)|(?:is|was|got) locked out|hat sich (?:um \p{L}+ |gestern |heute |\d{1,2}:\d\d )?(?:an|ein|ab)ge(?:meldet|loggt)))(?!\p{L})`,
  'iu',
);
/** Where people go by such names: "nightheron_88 on the forum", "sourdoughsammy on insta". */
const FORUM = new WordPattern(
  String.raw`(?<!\p{L})(?:on|in|at|auf|im|bei|sur|dans|en|su|sul|no|na|op|på|em) (?:the |our |dem |dem |le |el |il |o |het |de )?(?:forum|foro|foorumi\p{L}{0,3}|instagram|insta|ig|tik ?tok|twitter|twitch|discord|reddit|telegram|snapchat|snap|strava|vinted|ebay|facebook|fb|youtube|steam|github|mastodon|whatsapp|slack|teams)(?!\p{L})`,
  'iu',
);
/** "for rkemp from 10.0.0.4", "door mvdbroek vanaf 10.0.0.4", "'hpetersen'@'10.40.0.1'", "-u svc-hannah:". */
const FROM = new WordPattern(
  String.raw`(?<![\p{L}\p{N}-])(?:for|by|von|durch|für|par|pour|por|para|per|til|till|för|da|door|przez|av|af|user)\s["']?(?<value>${VALUE})["']?\s{1,2}(?:from|von|aus|depuis|desde|dal?|vanaf|z|från|fra|de|via|\()\s{0,2}(?=[\da-f]{0,4}[.:][\da-f]{0,4}[.:])`,
  'iu',
);
/** "fail id=kroll_88 ip=10.0.0.4", "docker login -u kroll -p", "ssh kroll@10.0.0.4", "kroll's password:". */
const AT_PROMPT = new WordPattern(
  [
    String.raw`(?<![\p{L}\p{N}_])(?:id|uid|usr|acct|account|login|user|username)=["'<]?(?<value>${VALUE})(?=["'>]?[\s,;&]{1,2}(?:from|ip|rip|src|host|addr|client|ua|pw|pass|password|token)[=\s])`,
    String.raw`(?<![\p{L}\p{N}])(?:ssh|scp|sftp|rsync|mosh)(?: -{1,2}[\w=-]{1,20}(?: \d{2,5})?){0,2} (?<value>[A-Za-z][\w.-]{1,30})(?=@)`,
    String.raw`(?<![\p{L}\p{N}])(?:login|connect|curl|psql|mysql|http|svn)(?: [\w.:/-]{1,60}){0,3} -u (?<value>${VALUE})(?= -p)`,
  ].join('|'),
  'u',
);
const PASSWORD_OF = /(?<=^|\n)(?<value>[a-z][\w.-]{2,30})(?:@[\w.-]{1,40})?['’]s password:/g;
const AT_HOST = new WordPattern(
  String.raw`(?<=["'\x60])(?<value>${VALUE.replace('(?![\\p{L}\\p{N}@])', '')})(?=["'\x60]@["'\x60])|(?<=(?:^|\s)(?:-u|--user)[ =]["']?)(?<value>${VALUE})(?=:)`,
  'iu',
);
/** Accounts that every machine has, and what stands in the place of one. */
const NOBODY =
  /^(?:root|admin(?:istrator)?s?|administrador|guest|gast|invité|postgres|mysql|nobody|system|daemon|www-data|ubuntu|debian|ec2-user|git|github|oracle|test(?:user|er)?|demo|user(?:name)?s?|anonymous|public|default|support|info|service|null|none|undefined|true|false|required|optional|string|unknown|localhost|n\/a|tbd|e-?mail|id|name|password|passwort|login|sysadmin|jenkins|docker|nginx|apache|backup|deploy|bot|benutzer|utilisateur|usuario|utente|gebruiker|api|sso|oauth|saml|ldap|vpn|ssh|ftp|http|https|web|app|dev|prod|staging|pam_unix|sshd|sudo|cron|iban|bic|uid|gid)$/iu;
const OTHER =
  /\.(?:com|org|net|io|de|fr|es|it|nl|pl|se|co|uk|exe|js|ts|py|html?|txt|md|json|ya?ml|xml|zip|png|jpe?g|pdf|docx?|xlsx?|csv|log|conf|php|sql)$|^v?\d|^\w+\.\d+(?:\.\d+)*$|^[A-Z]{2,6}-\d+$/iu;

/** Signs that no word has: digits, lines, a dot within. */
function isMarked(value: string): boolean {
  return /[\d_]|[a-z]\.[a-z]/i.test(value);
}

/** "skhanna", "mlopezr", "svc-hparker", "ewanas": initials about a family name, or a given name and some letters more. */
function isMadeOfName(value: string): boolean {
  const word = value.replace(/^(?:svc|adm|usr|ext)[-_.]?/, '');
  if (!/^[a-z]{5,20}$/.test(word) || isEveryday(word)) return false;
  const { family, given } = gazetteer();
  const listed = (from: number, to?: number): string => word[from].toUpperCase() + word.slice(from + 1, to);
  const families = [listed(1), listed(2), listed(1, -1)];
  const ends = [1, 2, 3, 4].map((letters) => word.length - letters);
  return (
    families.some((name) => name.length >= 4 && family.has(name)) ||
    ends.some((end) => end >= 3 && given.has(listed(0, end)))
  );
}

/** No word of a language: in one case, and in none of the dictionaries. */
function isNoWord(value: string): boolean {
  const bare = value.replace(/^@/, '');
  if (isMarked(bare)) return true;
  if (!/^(?:[a-z-]+|[A-Z]+)$/.test(bare) || bare.length < 4) return false;
  return bare
    .toLowerCase()
    .split('-')
    .some((part) => part.length > 3 && !isEveryday(part));
}

export const recogniser: Recogniser = {
  name: 'user-name',
  kind: 'code',
  *find(text) {
    for (const match of ANNOUNCED.matches(text)) {
      const { own, mark, value } = match.groups!;
      // "login (auth failed)".
      if (match[0].includes(`(${value}`) && text[match.index + match[0].length] !== ')') continue;
      // "user groups", "account manager": without a mark only what no word looks like.
      const isTold =
        mark !== undefined || own !== undefined
          ? isNoWord(value)
          : isMarked(value) || isMadeOfName(value) || isAtWork(text, match) || /^USER [A-Z]+$/.test(match[0]);
      if (isTold) yield* nameIn(match);
    }
    for (const match of WORKING.matches(text))
      if (isNoWord(match.groups!.value) || IN_HUMPS.test(match.groups!.value) || OF_LOG.test(match[0]))
        yield* nameIn(match);
    if (isBeyondLatin(text)) for (const match of OTHER_LETTERS.matches(text)) yield* nameIn(match);
    for (const { index } of [...BEHIND.matches(text), ...DOING.matches(text), ...FORUM.matches(text)])
      yield* nameBefore(text, index);
    for (const match of FROM.matches(text)) if (isNoWord(match.groups!.value)) yield* nameIn(match);
    for (const match of [...AT_HOST.matches(text), ...AT_PROMPT.matches(text)]) yield* nameIn(match);
    if (text.includes('s password:')) for (const match of matchesOf(PASSWORD_OF, text)) yield* nameIn(match);
  },
};

function* nameBefore(text: string, index: number): Generator<Candidate> {
  const from = Math.max(0, index - REACH);
  const match = BEFORE.exec(text.slice(from, index));
  if (match === null) return;
  const { value } = match.groups!;
  if (!(isMarked(value) && /^[@a-z]/i.test(value)) && !isMadeOfName(value)) return;
  match.index += from;
  yield* nameIn(match);
}

const DOES =
  /^["']?\s(?:has |was |hat |ist |a |ha |heeft |har |er )?(?:logged|signed|log(?:s|ging)? |connected|failed|changed|created|deleted|opened|uploaded|locked|requested|attempted|accessed|angemeldet|gesperrt|connecté|s['’]est|conectad|inició|accedi|effettuat|conectou|acessou|ingelogd|geblokkeerd|zalogowa|zmieni|loggade|loggat|loggede|logget|se přihlás|přihlás|giriş|from \d)/iu;

/** "usuario lpereyra, clave Bondi.2025x". */
const WITH_SECRET =
  /^["']?(?:[,;/]|\s(?:und|and|et|y|e|con|mit|avec))?\s(?:clave|contraseña|kennwort|passwor[td]|pass|pw|secret|mot de passe|mdp|senha|wachtwoord|lösenord|hasło|heslo|salasana|adgangskode|passord)(?!\p{L})[^\n]{0,20}\d/iu;

/** "user bwhitlock logged in". */
function isAtWork(text: string, match: RegExpExecArray): boolean {
  const { value } = match.groups!;
  const end = match.index + match[0].length;
  const behind = text.slice(end, end + 40);
  return isNoWord(value) && (DOES.test(behind) || WITH_SECRET.test(behind));
}

function* nameIn(match: RegExpExecArray): Generator<Candidate> {
  const value = Object.entries(match.groups!).find(([name, group]) => name === 'value' && group !== undefined)![1];
  if (NOBODY.test(value) || OTHER.test(value)) return;
  const start = match.index + match[0].lastIndexOf(value);
  yield { start, end: start + value.length, score: 0.7 };
}
