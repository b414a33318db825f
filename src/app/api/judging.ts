/** What models and people think of answers, and whether a result may be used. */
import { lazily } from './lazily.ts';

/**
 * Serves pairs of answers to this machine's browser for people to judge, blind, until it is closed.
 * @example
 * const review = await openReview('runs/tickets', { reviewers: ['anna', 'ben'] });
 */
export const openReview = lazily('openReview');

/**
 * Who won in a review, how far its reviewers agree, and rows to train on from it.
 * @example
 * const { winRate, agreement } = await reviewResults('runs/tickets', { export: 'dpo', to: 'preferences.jsonl' });
 */
export const reviewResults = lazily('reviewResults');

/**
 * Adds choices that were made in Argilla or Label Studio to a review.
 * @example
 * const { choices } = await importReview('runs/tickets', 'annotated.json', { from: 'label-studio' });
 */
export const importReview = lazily('importReview');

/**
 * Approves or rejects a result, with the hashes of what was seen, in a chain of records.
 * @example
 * await signReview('runs/tickets', { by: 'Anna Smith', decision: 'approve', reason: 'better on all queues' });
 */
export const signReview = lazily('signReview');

/**
 * Checks that sign-offs, and what they are about, are as they were signed.
 * @example
 * const { signOffs } = await verifyReview('runs/tickets');
 */
export const verifyReview = lazily('verifyReview');

/**
 * How a model answers harmful and harmless requests, before and after training, with paired intervals.
 * @example
 * const { measures } = await safety('runs/tickets', { sets: ['xstest'] });
 */
export const safety = lazily('safety');

/**
 * Writes what a model refuses and answers before it is tuned, in its own words, as rows for `retention.replay`.
 * @example
 * const { kinds } = await safetyRows('my/chat-model', { to: 'refusals.jsonl' });
 */
export const safetyRows = lazily('safetyRows');

/**
 * Fetches a published set of prompts for `safety`, with its licence.
 * @example
 * const { licence } = await pullSafetySet('xstest');
 */
export const pullSafetySet = lazily('pullSafetySet');

/**
 * How often a model breaks an organisation's own rules for answers, before and after training.
 * @example
 * const { rules } = await checkPolicy('runs/tickets', { rules: 'rules.yaml' });
 */
export const checkPolicy = lazily('checkPolicy');

/**
 * Whether a run's result may be used, by its recipe's `gate`: E_GATE with the reasons where it may not.
 * @example
 * const { checks } = await gateRun('runs/tickets', { win_rate: 0.5, sign_off: true });
 */
export const gateRun = lazily('gateRun');
