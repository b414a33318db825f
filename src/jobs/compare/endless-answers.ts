import type { EventSink } from '../../base/events.ts';
import type { Comparison } from '../../store/results.ts';
import { hasTokenizer, Tokenizer } from '../../text/index.ts';
import type { Recipe } from '../../train/recipe.ts';

/** From this share on answers do not end at all. */
const MOST = 0.5;

/**
 * Warns where most answers of an adapter ran to the limit of tokens, as those of its base do: a base model whose stop
 * token was never trained has no row for it that an adapter on other layers could make likely.
 */
export async function warnOfEndless(
  { systems: [subject, ...others], rows }: Pick<Comparison, 'systems' | 'rows'>,
  { recipe, result, emit }: { recipe: Recipe; result: string; emit: EventSink },
): Promise<void> {
  const isEndless = (count: number | undefined) => (count ?? 0) > MOST * rows;
  const bases = others.filter(({ kind, cutAnswers }) => kind === 'base' && cutAnswers !== undefined);
  if (!isEndless(subject.cutAnswers) || bases.some(({ cutAnswers }) => !isEndless(cutAnswers))) return;
  const { trainable_tokens: trained, modules_to_save: whole } = recipe.tuning as Record<string, unknown>;
  const isAdapter = Array.isArray(trained) && Array.isArray(whole);
  if (!isAdapter || trained.length + whole.length > 0 || !hasTokenizer(result)) return;
  const tokenizer = await Tokenizer.load(result);
  const stops = tokenizer.stopIds.map((id) => JSON.stringify(tokenizer.tokenOf(id)));
  emit({
    type: 'warning-raised',
    code: 'W_ANSWERS_ENDLESS',
    message:
      `${subject.cutAnswers} of ${rows} answers never ended: they ran to the limit of tokens. Where the ` +
      'base model was never trained on what ends an answer, an adapter cannot learn to end either: train ' +
      `the rows of these tokens with it, tuning.trainable_tokens: [${stops.join(', ')}]`,
  });
}
