import type { Example } from '../data/index.ts';
import { gluedRows, wantsAnswerSpace, type Tokenizer } from '../models/text/index.ts';

const ROWS = 1000;

/**
 * Warns if most answers follow their prompt without a space although words in the vocabulary start with one: attune
 * inserts a space or, if the recipe forbids it, such answers train badly.
 */
export async function answerSpaceRemark(
  examples: readonly Example[],
  tokenizer: Tokenizer,
): Promise<string | undefined> {
  const plain = examples.slice(0, ROWS).filter((example) => example.kind === 'completion');
  if (!(await wantsAnswerSpace(plain, tokenizer))) return undefined;
  const glued = gluedRows(plain);
  const [{ source, completion }] = glued;
  const [word] = completion.split(/\s/, 1);
  const found =
    `${glued.length} of ${plain.length} answers follow their prompt without a space, such as ${JSON.stringify(word.slice(0, 30))} ` +
    `at ${source.file}:${source.line}`;
  return tokenizer.answerSpace
    ? `${found}: a space is inserted in training and use (data.answer_space: false to disable)`
    : `${found}; words in this vocabulary begin with a space, so such answers train badly: remove data.answer_space: false`;
}
