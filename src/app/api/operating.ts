/** Models in use: registered, promoted, rolled back. */
import { lazily } from './lazily.ts';

/**
 * The recipe of a run again, on another base model; `train` runs it.
 * @example
 * const { folder } = await train(await retuneRecipe('runs/tickets', { model: 'bases/new' }));
 */
export const retuneRecipe = lazily('retuneRecipe');

/**
 * Fetches the fine-tuning jobs, files and stored completions of an OpenAI key (OPENAI_API_KEY), with recipes that do the
 * same here.
 * @example
 * const { jobs } = await importOpenAi({ folder: 'openai', model: 'bases/qwen' });
 */
export const importOpenAi = lazily('importOpenAi');
