import type { EventSink } from '../../base/events.ts';
import type { Example } from '../../data/index.ts';
import { expectedText } from '../../scoring/prompt-text.ts';
import type { Comparison } from '../../store/results.ts';
import { Tokenizer, hasTokenizer } from '../../models/text/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';

const LOOKED_AT = 2000;
/** Answers may exceed the longest training answer, but one that is much longer is wrong anyway. */
const MARGIN = 1.25;
const SPARE = 8;

/** An untuned model has not learnt where answers end and generates up to the limit, so outliers are ignored. */
const UNTAUGHT_SHARE = 0.99;

/**
 * Maximum answer length in tokens: that of the longest training answer plus a margin. For untuned models it is the 99th
 * percentile, so that one long answer does not let every row use the full length. Undefined for models without text.
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

/** Stop text for models that have not learnt to end answers: a text that no training answer contains. */
export function answerEnds(train: readonly Example[]): string[] {
  const answers = train.map((example) => (expectedText(example) ?? '').trim());
  const end = ['\n', '\n\n', '\n\n\n'].find((text) => answers.every((answer) => !answer.includes(text)));
  return end === undefined ? [] : [end];
}

/** Above this share of truncated answers, answers do not end at all. */
const MOST = 0.5;

/**
 * Warns if most answers of an adapter reached the token limit, as those of its base do. A base model whose stop token
 * was never trained has no useful embedding for it, and an adapter on other layers cannot change that.
 */
export async function warnOfEndless(
  { systems: [subject, ...others], rows }: Pick<Comparison, 'systems' | 'rows'>,
  { recipe, result, emit }: { recipe: Recipe; result: string; emit: EventSink },
): Promise<void> {
  const isEndless = (count: number | undefined) => (count ?? 0) > MOST * rows;
  const bases = others.filter(({ kind, cutAnswers }) => kind === 'base' && cutAnswers !== undefined);
  if (!isEndless(subject.cutAnswers) || bases.some(({ cutAnswers }) => !isEndless(cutAnswers))) return;
  const { tuning } = recipe;
  if (!('trainable_tokens' in tuning && 'modules_to_save' in tuning) || !hasTokenizer(result)) return;
  if (tuning.trainable_tokens.length + tuning.modules_to_save.length > 0) return;
  const tokenizer = await Tokenizer.load(result);
  const stops = tokenizer.stopIds.map((id) => JSON.stringify(tokenizer.tokenOf(id)));
  emit({
    type: 'warning-raised',
    code: 'W_ANSWERS_ENDLESS',
    message:
      `${subject.cutAnswers} of ${rows} answers never ended: they ran into the token limit. If the base ` +
      'model was never trained on its end token, an adapter cannot learn to end answers: train the rows ' +
      `of these tokens too, tuning.trainable_tokens: [${stops.join(', ')}]`,
  });
}
