// The most frequent words of ten languages in Latin letters; prose in any of them has some.
const WORDS = new Set(
  [
    'the of and to in is that it for was on are with as his they at be this have from or had by but not you',
    'der die und das in den von zu ist mit sich des auf für nicht ein eine als auch es an werden aus er hat dass sie nach',
    'le la les de des et à un une du que en est pour dans qui pas sur au avec il se plus par ce ne sont',
    'el los las y en un una del se por con para es que no su al lo como más pero sus o este sí',
    'il di che e la per un in è non una sono da con si del alla come più i le della nel anche',
    'o a os as do da em um uma que não para com por se na no mais dos como mas ao ele',
    'het een van en in is dat op te zijn met voor niet aan er maar om ook als dan',
    'i w na z do się nie że to o jak jest po od za przez ale',
    'och att det som en på är av för med den till inte har de om ett',
    'og i det at en til er som på af de med for ikke der',
  ].flatMap((line) => line.split(' ')),
);

/** @param words more than none */
export function shareOfStopWords(words: readonly string[]): number {
  const plain = words.map((word) => word.toLowerCase().replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, ''));
  return plain.filter((word) => WORDS.has(word)).length / words.length;
}

/** True where most letters are Latin: of other scripts these words say nothing. */
export function isProse(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return letters > 0 && latin / letters > 0.5;
}
