/** Names of accounts at services, where a word announces them: "username: kroll_42". */
import { patternRecogniser } from '../recogniser.ts';

const WORDS = String.raw`user ?-?names?|user[ _-]?id|userid|login(?: name| id)?|log-in|screen name|handle|nick(?:name)?|skype(?: id| name)?|telegram|discord|twitter|instagram|benutzername|benutzerkennung|anmeldename|nutzername|kontoname|nom d['’]utilisateur|identifiant(?: de connexion)?|pseudo(?:nyme)?|compte utilisateur|nombre de usuario|usuario|nome utente|utente|nome de (?:utilizador|usuário)|utilizador|usuário|gebruikersnaam|inlognaam|accountnaam|nazwa użytkownika|identyfikator użytkownika|login|użytkownik|användarnamn|inloggningsnamn|användare`;

/** "usuario agarcia82": without a mark only what no word looks like. */
const BEFORE_ACCOUNT = String.raw`usuario|user(?:name)?|login|utilisateur|compte|użytkownik|konto|account|benutzer|nutzer|kürzel|kennung|användare|gebruiker|utente|usuário|utilizador|session opened for(?: user)?|posts as|logged in as`;

export const recogniser = patternRecogniser({
  name: 'user-name',
  kind: 'code',
  pattern: new RegExp(
    String.raw`(?<![\p{L}\p{N}])(?:(?:${BEFORE_ACCOUNT})(?:=|\s)(?<value>(?=[a-z._]{0,20}[\d_])[a-z][a-z\d._]{3,24}(?<![._]))(?![\p{L}\p{N}@-])|(?:${WORDS})["']?\s{0,2}(?::|=|(?:is|was|ist|lautet|est|es|è|é|to|jest|är)\s)\s{0,2}["'«„“]?(?<value>@?(?=[\w.-]{0,30}[\d_]|[a-z]{1,20}\.[a-z])[A-Za-z][\w.-]{2,39}(?<![.-]))(?![\p{L}\p{N}@]))`,
    'giu',
  ),
  isOfWords: true,
  score: 0.7,
});
