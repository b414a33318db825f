import type { EventSink } from '../../base/events.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { answersChats } from '../../answering/model/answers-chats.ts';

/** Objectives that separate good from bad answers but do not teach a model to answer. */
const SHARPENING: ReadonlySet<string> = new Set(['dpo', 'simpo', 'kto', 'bco']);

/** Warns that such a result ranks pairs well but does not end its answers. */
export async function warnOfSilence(
  { model, objective }: Pick<Recipe, 'model' | 'objective'>,
  emit: EventSink,
): Promise<void> {
  if (!SHARPENING.has(objective.name) || (await answersChats(model))) return;
  const message =
    `${model} cannot answer yet, and ${objective.name} only teaches preferences: use objective orpo ` +
    'for pairs, or fine-tune on the good answers first (sft)';
  emit({ type: 'warning-raised', code: 'W_NO_ANSWERS', message });
}
