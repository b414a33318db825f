/**
 * Words of a short English answer as SQuAD compares them: lower case, without ASCII punctuation and articles. Letters
 * of all scripts are word characters, as in Python's regular expressions: the end of "ça" is not an article.
 */
export function answerWords(text: string): string[] {
  const plain = text
    .toLowerCase()
    .replaceAll(/[!-/:-@[-`{-~]/g, '')
    .replaceAll(/(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu, ' ');
  return plain.split(/\s+/).filter((word) => word !== '');
}
