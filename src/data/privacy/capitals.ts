/** Addresses in small letters, for patterns that ask for capitals. */

const KEPT =
  /^(?:the|and|del?|della|delle|dei|des|der|den|dem|du|da|do|dos|das|las?|les?|los|sur|van|het|aan|bij|und|nad|przy|apt|unit|lok|pta|piso|casa|bis|ter|rua|rue|calle|carrer|via|viale|piazza|corso|avenue|avenida|boulevard|impasse|chemin|camino|place|plaza|allée|quai|route|ulica)$/;

/** Of the same length: "ﬁ" and "ß" have capitals of two letters. */
function capital(word: string): string {
  const first = word[0].toUpperCase();
  return first.length === 1 ? first + word.slice(1) : word;
}

/** "3 impasse du lavoir" as others write it, of the same length: what is found in it needs more beside it that speaks for an address. */
export function withCapitals(text: string): string {
  return text
    .replaceAll(/(?<![\p{L}\p{N}'’])\p{Ll}{3,}(?![\p{N}])/gu, (word) => (KEPT.test(word) ? word : capital(word)))
    .replaceAll(/(?<!\p{L})st(?= \p{Lu}\p{Ll}{3})/gu, 'St')
    .replaceAll(/(?<![\p{L}\p{N}])[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}(?![\p{L}\p{N}])/gu, (code) => code.toUpperCase());
}
