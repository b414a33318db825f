/** What models are used for and measured by. */
import { lazily } from './lazily.ts';

/**
 * Loads a model once, to answer any number of prompts until it is closed.
 * @example
 * const model = await openModel({ target: 'runs/tickets' });
 * const [answer] = await model.answer(['My parcel is late.'], { maxNewTokens: 40 });
 * await model.close();
 * @example
 * const base = await openModel({ target: 'attune-base' });
 * await base.install('support', 'runs/support'); // any number of adapters beside each other
 * const [answer] = await base.answer(['My parcel is late.'], { adapter: 'support' });
 */
export const openModel = lazily('openModel');

/**
 * The former name of `openModel`.
 * @deprecated use `openModel`
 */
export const openTalker: typeof openModel = lazily('openModel');

/**
 * Answers every row of a file, or rows in memory, in their order.
 * @example
 * const answers = await generateRows({ target: 'runs/tickets', input: [{ prompt: 'My parcel is late.' }] });
 */
export const generateRows = lazily('generateRows');

/**
 * Answers new rows with whatever a model was trained for: labels with probabilities, numbers, tagged words, texts. Rows
 * are of files, which are streamed, or in memory.
 * @example
 * const { rows } = await predict('runs/tickets', { rows: ['My parcel is late.'] });
 */
export const predict = lazily('predict');

/**
 * Loads a model once, to answer rows until it is closed.
 * @example
 * const model = await openPredictor({ target: 'runs/tickets' });
 * const [{ prediction, probability }] = await model.predict([{ subject: 'Late', body: 'Where is my parcel?' }]);
 * await model.close();
 */
export const openPredictor = lazily('openPredictor');

/**
 * Vectors of texts or images by a model that makes them, of a file's rows, which are streamed, or in memory.
 * @example
 * const { vectors } = await embed('runs/search', { rows: ['a blue lamp'] });
 */
export const embed = lazily('embed');

/**
 * Loads a model that makes vectors once, until it is closed.
 * @example
 * const model = await openEmbedder({ target: 'runs/search' });
 * const [vector] = await model.embed(['a blue lamp']);
 * await model.close();
 */
export const openEmbedder = lazily('openEmbedder');

/**
 * Writes a folder in which rows are found by what they mean: their vectors, and the rows themselves.
 * @example
 * await createIndex('runs/search', { input: 'products.csv', textColumns: ['title'], to: 'products-index' });
 */
export const createIndex = lazily('createIndex');

/**
 * Opens such a folder with the model that it was made with, until it is closed.
 * @example
 * const index = await openIndex('products-index');
 * const [hits] = await index.query(['something to read by'], { topK: 3 });
 * await index.close();
 */
export const openIndex = lazily('openIndex');

/**
 * The rows of an index that fit each query of a file, or in memory, best.
 * @example
 * const { answers } = await query('products-index', { rows: ['something to read by'], topK: 3 });
 */
export const query = lazily('query');

/**
 * Items that people are likely to choose next, for each row of what they chose.
 * @example
 * const { rows } = await recommend('runs/baskets', { input: 'customers.csv', count: 5 });
 */
export const recommend = lazily('recommend');

/**
 * What data are good for before money is spent: cheap baselines, a learning curve with a forecast.
 * @example
 * const { recommendation } = await advise({ recipe, withModel: false });
 */
export const advise = lazily('advise');

/**
 * The same server as a Hono app, for a program that has a server of its own.
 * @example
 * const { app, close } = await mountServer({ models: ['runs/tickets'] });
 * own.route('/ai', app);
 */
export const mountServer = lazily('mountServer');
