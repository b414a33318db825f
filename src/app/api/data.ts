/** From documents to rows, and what is known and done about rows. */
import { lazily } from './lazily.ts';

/**
 * Rows as a model will see them: format, lengths, and the tokens that are trained.
 * @example
 * const { format, rows } = await inspectTrainingData('tickets.jsonl', { model: 'attune-base', onEvent, signal });
 */
export const inspectTrainingData = lazily('inspectTrainingData');

/**
 * Makes rows to train on of documents of any kind: files, folders, archives.
 * @example
 * const { rows } = await prepareData(['handbook/'], { to: 'rows.jsonl' });
 */
export const prepareData = lazily('prepareData');

/**
 * The steps that `prepareData` and pipelines know, with their options.
 * @example
 * const steps = await describeSteps();
 */
export const describeSteps = lazily('describeSteps');

/**
 * Makes a versioned data set from a pipeline: its values, or a file that holds them.
 * @example
 * const { folder, report } = await dataPipeline({ name: 'support', sources: ['tickets.csv'], steps: [] });
 */
export const dataPipeline = lazily('dataPipeline');

/**
 * What differs between two data sets.
 * @example
 * const { added, removed } = await dataDiff('data/v1', 'data/v2');
 */
export const dataDiff = lazily('dataDiff');

/**
 * Fetches the rows of a data set of the Hugging Face hub.
 * @example
 * const { folder } = await pullDataset('stanfordnlp/imdb', { emit: console.log, signal });
 */
export const pullDataset = lazily('pullDataset');

/**
 * Takes personal data and secrets out of rows.
 * @example
 * const { rows } = await redactData('tickets.jsonl', { to: 'clean.jsonl' });
 */
export const redactData = lazily('redactData');

/**
 * Puts back what `redactData` took out, from its vault.
 * @example
 * await restoreData('clean.jsonl', { to: 'tickets.jsonl', vault: 'clean.vault', passphrase });
 */
export const restoreData = lazily('restoreData');

/**
 * How much of the personal data in labelled rows is found.
 * @example
 * const { kinds } = await auditData('labelled.jsonl');
 */
export const auditData = lazily('auditData');

/**
 * Writes pairs of rows with another gender, origin or nationality, for `evaluateCounterfactuals`.
 * @example
 * const { pairs } = await writeCounterfactuals('tickets.jsonl', { to: 'pairs.jsonl' });
 */
export const writeCounterfactuals = lazily('writeCounterfactuals');
