/** Models in use: what is measured of their answers, and what people say of them. */
import { lazily } from './lazily.ts';

/**
 * What was measured of what a model answered, and which alarms are open; a page with pictures of it.
 * @example
 * const { versions } = await monitorModel('tickets', { page: 'tickets.html' });
 */
export const monitorModel = lazily('monitorModel');

/**
 * Answers of served models, the newest first, by model, time, text, flag, alarm or missing feedback.
 * @example
 * const { data } = await listAnswers({ model: 'tickets', flagged: 'any' });
 */
export const listAnswers = lazily('listAnswers');

/**
 * One answer of a served model, with its question where texts are kept, and its feedback.
 * @example
 * const { prompt, answer } = await showAnswer('chatcmpl-4f1c');
 */
export const showAnswer = lazily('showAnswer');

/**
 * Says what an answer was worth, or should have been: feedback like that of any client.
 * @example
 * await rateAnswer('chatcmpl-4f1c', { thumb: 'down', correction: 'It was shipped on Monday.' });
 */
export const rateAnswer = lazily('rateAnswer');

/**
 * Takes traces and scores of Langfuse's exports as answers and feedback of a model.
 * @example
 * const { models, feedback, broken } = await importLangfuse(['export.jsonl'], { model: 'tickets' });
 */
export const importLangfuse = lazily('importLangfuse');

/**
 * Takes spans and evaluations of OpenTelemetry, in OTLP's JSON, as answers and feedback of a model.
 * @example
 * const { models, feedback, broken } = await importOtlp(['spans.jsonl'], { model: 'tickets' });
 */
export const importOtlp = lazily('importOtlp');

/**
 * Takes a model in use as far as it can be improved now, by the `continuous:` of a YAML file: from feedback over quarantine,
 * review, retraining and gate to its rollout.
 * @example
 * const { state, waitsFor } = await improve('support.yaml');
 */
export const improve = lazily('improve');

/**
 * What a loop has decided so far, and why.
 * @example
 * const { decisions } = await improvementStatus('support.yaml');
 */
export const improvementStatus = lazily('improvementStatus');
