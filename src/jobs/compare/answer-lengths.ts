import type { Example } from '../../data/index.ts';
import { expectedText } from '../../eval/example-text.ts';
import type { Tokenizer } from '../../text/index.ts';

const LOOKED_AT = 2000;
/** Answers may come out longer than any in training, but one that is much longer is wrong anyway. */
const MARGIN = 1.25;
const SPARE = 8;

/** Of a model that has not learnt how long answers are, and would write on wherever there is room. */
const UNTAUGHT_SHARE = 0.99;

/**
 * Room for an answer in tokens: what the longest training answer needs and some more; of a model that was not tuned,
 * what 99 in 100 need, so that one long answer does not let it write as much on every row. None for a model without text.
 */
export async function roomForAnswers(
  tokenizer: Tokenizer,
  train: readonly Example[],
  { isTrained = true } = {},
): Promise<number> {
  if (!tokenizer.readsText) return 0;
  const answers = train
    .slice(0, LOOKED_AT)
    .flatMap((example) => (example.kind === 'text' ? [] : (expectedText(example) ?? [])));
  const ids = await tokenizer.encodeBatch(answers);
  const lengths = ids.map(({ length }) => length).toSorted((a, b) => a - b);
  const place = isTrained ? lengths.length - 1 : Math.ceil(UNTAUGHT_SHARE * lengths.length) - 1;
  return Math.ceil((lengths.at(place) ?? 0) * MARGIN) + SPARE;
}

/** A text that ends an answer of a model which has learnt no end: one that no training answer has inside. */
export function answerEnds(train: readonly Example[]): string[] {
  const answers = train.map((example) => (expectedText(example) ?? '').trim());
  const end = ['\n', '\n\n', '\n\n\n'].find((text) => answers.every((answer) => !answer.includes(text)));
  return end === undefined ? [] : [end];
}
