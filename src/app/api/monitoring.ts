/** Models in use: what is measured of their answers, and what people say of them. */
import { lazily } from './lazily.ts';

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
