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
 * Whether a run's result may be used, by its recipe's `gate`: E_GATE with the reasons where it may not.
 * @example
 * const { checks } = await gateRun('runs/tickets', { win_rate: 0.5, sign_off: true });
 */
export const gateRun = lazily('gateRun');
