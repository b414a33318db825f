/** Names of accounts at services, where a word announces them: "username: kroll_42". */
import { patternRecogniser } from '../recogniser.ts';

const WORDS = String.raw`user ?-?names?|user[ _-]?id|userid|login(?: name| id)?|log-in|screen name|handle|nick(?:name)?|skype(?: id| name)?|telegram|discord|twitter|instagram|benutzername|benutzerkennung|anmeldename|nutzername|kontoname|nom d['’]utilisateur|identifiant(?: de connexion)?|pseudo(?:nyme)?|compte utilisateur|nombre de usuario|usuario|nome utente|utente|nome de (?:utilizador|usuário)|utilizador|usuário|gebruikersnaam|inlognaam|accountnaam|nazwa użytkownika|identyfikator użytkownika|login|użytkownik|användarnamn|inloggningsnamn|användare`;

export const recogniser = patternRecogniser({
  name: 'user-name',
  kind: 'code',
  pattern: new RegExp(
    String.raw`(?<![\p{L}\p{N}])(?:${WORDS})["']?\s{0,2}(?::|=|(?:is|was|ist|lautet|est|es|è|é|to|jest|är)\s)\s{0,2}["'«„“]?(?<value>@?(?=[\w.-]{0,30}[\d_]|[a-z]{1,20}\.[a-z])[A-Za-z][\w.-]{2,39}(?<![.-]))(?![\p{L}\p{N}@])`,
    'giu',
  ),
  isOfWords: true,
  score: 0.7,
});
