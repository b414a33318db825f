/** Functions that open models. */
import { lazily } from './lazily.ts';

/**
 * Loads a model that answers prompts until it is closed.
 * @example
 * const model = await openModel({ target: 'runs/tickets' });
 * const [answer] = await model.answer(['My parcel is late.'], { maxNewTokens: 40 });
 * await model.close();
 * @example
 * const base = await openModel({ target: 'attune-base' });
 * await base.install('support', 'runs/support'); // any number of adapters
 * const [answer] = await base.answer(['My parcel is late.'], { adapter: 'support' });
 */
export const openModel = lazily('openModel');

/**
 * Loads a model that predicts for rows until it is closed.
 * @example
 * const model = await openPredictor({ target: 'runs/tickets' });
 * const [{ prediction, probability }] = await model.predict([{ subject: 'Late', body: 'Where is my parcel?' }]);
 * await model.close();
 */
export const openPredictor = lazily('openPredictor');

/**
 * Loads an embedding model, which stays loaded until it is closed.
 * @example
 * const model = await openEmbedder({ target: 'runs/search' });
 * const [vector] = await model.embed(['a blue lamp']);
 * await model.close();
 */
export const openEmbedder = lazily('openEmbedder');

/**
 * Opens a search index with the model that built it, until it is closed.
 * @example
 * const index = await openIndex('products-index');
 * const [hits] = await index.query(['something to read by'], { topK: 3 });
 * await index.close();
 */
export const openIndex = lazily('openIndex');

/**
 * The server as a Hono app, for programs that have a server of their own.
 * @example
 * const { app, close } = await mountServer({ models: ['runs/tickets'] });
 * own.route('/ai', app);
 */
export const mountServer = lazily('mountServer');
