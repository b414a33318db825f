/** Whether answers of plain text begin as a byte-level vocabulary has words: with the space before them. */
import type { Example } from '../data/index.ts';
import type { Tokenizer } from '../text/index.ts';

const ROWS = 1000;
/** Below this share of the rows, answers that begin inside a word may be meant. */
const NOTABLE = 0.5;

/**
 * A remark where most answers follow their prompt without any white space although the vocabulary's words carry the
 * space before them: such answers start with pieces that a model knows from the middle of words, and tune badly.
 */
export async function answerSpaceRemark(
  examples: readonly Example[],
  tokenizer: Tokenizer,
): Promise<string | undefined> {
  const plain = examples.slice(0, ROWS).filter((example) => example.kind === 'completion');
  if (plain.length === 0 || !(await bindsSpaces(tokenizer))) return undefined;
  const glued = plain.filter(({ prompt, completion }) => /\S$/u.test(prompt) && /^[\p{L}\p{N}]/u.test(completion));
  if (glued.length <= NOTABLE * plain.length) return undefined;
  const [{ source, completion }] = glued;
  const [word] = completion.split(/\s/, 1);
  return `${glued.length} of ${plain.length} answers follow their prompt without a space, such as ${JSON.stringify(word.slice(0, 30))} at ${source.file}:${source.line}; this vocabulary's words begin with one, so such answers tune badly: begin each with a space`;
}

/** Whether a space and the word after it are one token, as in byte-level vocabularies. */
async function bindsSpaces(tokenizer: Tokenizer): Promise<boolean> {
  const ids = await tokenizer.encode('of the');
  const last = ids.at(-1);
  return last !== undefined && tokenizer.tokenOf(last) === `${BYTE_LEVEL_SPACE}the`;
}

/** How byte-level vocabularies write a space. */
const BYTE_LEVEL_SPACE = 'Ġ';
