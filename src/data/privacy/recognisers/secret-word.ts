/** What stands behind "password", "API key" and the like, and looks like one: not a word of prose. */
import { matchesOf, type Recogniser } from '../recogniser.ts';

const PATTERN =
  /(?<![a-z])(?:pass(?:word|wd|phrase|code)|pwd|passwort|kennwort|mot de passe|contraseña|clave|wachtwoord|hasło|lösenord|senha|secret(?:[ _-]?key)?|api[ _-]?(?:key|token|secret)|access[ _-]?(?:key|token)(?:[ _-]?id)?|auth(?:orization)?[ _-]?token|client[ _-]?secret|private[ _-]?key|bearer|token|pin(?:[ -]?code)?|credentials?)["']?\s{0,2}(?:is|ist|es|est|è|=>|:=|[:=])?\s{0,3}(?:bearer\s)?["'`]?(?<value>[^\s"'`,;<>]{4,256})/gi;

/** Bits a character, by the text's own frequencies (Shannon). */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

export const recogniser: Recogniser = {
  name: 'secret-word',
  kind: 'secret',
  *find(text) {
    for (const match of matchesOf(PATTERN, text)) {
      const value = match.groups!.value.replace(/[.)\]}!?]+$/, '');
      const isAssigned = /[:=]\s{0,3}["'`]?$/.test(match[0].slice(0, match[0].length - match.groups!.value.length));
      const isMixed = /\d/.test(value) && /[^\d.]/.test(value) && !/^v?\d+(?:\.\d+)+/.test(value);
      const isPin = /^\d{4,8}$/.test(value) && /pin|code/i.test(match[0]) && !/^(?:19|20)\d\d$/.test(value);
      const isRandom = value.length >= 16 && entropy(value) > 3.5 && !/[()[\]{}/]/.test(value);
      if (
        value.length < 4 ||
        /^[[<{$%]/.test(value) ||
        !(isPin || (isMixed && (isAssigned || value.length >= 6)) || (isAssigned && isRandom))
      )
        continue;
      const start = match.index + match[0].length - match.groups!.value.length;
      yield { start, end: start + value.length, score: isAssigned ? 0.9 : 0.6 };
    }
  },
};
