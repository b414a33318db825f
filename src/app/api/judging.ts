/** What models and people think of answers, and whether a result may be used. */
import { lazily } from './lazily.ts';

/**
 * Judges pairs of answers by a model behind an OpenAI-compatible endpoint, in both orders or by a rubric, and measures
 * the judge against people's preferences.
 * @example
 * const { pairwise } = await judge('pairs.jsonl', { endpoint: 'https://api.example.com/v1', model: 'large' });
 */
export const judge = lazily('judge');
