/** Embeddings of texts, and rows found by meaning. Run in an empty folder. */
import assert from 'node:assert/strict';
import { embed, openEmbedder, openIndex, retrieve } from '../../src/app/index.ts';

const rows = ['a lamp to read by', 'a kettle for tea', 'a chair for the garden'].map((title) => ({ title }));

// attune-base is not an embedding model; with a pooling its hidden states are enough to show the calls.
const target = 'attune-base';
const pooling = 'mean';
const { vectors } = await embed(target, { text: ['a lamp'], pooling });
assert.equal(vectors?.length, 1);
const model = await openEmbedder({ target, pooling });
const [vector] = await model.embed(['a lamp']);
assert.ok(vector.length > 0);
await model.close();

// An index is built once and queried often.
await retrieve.index(target, { input: rows, textColumn: 'title', pooling, output: 'products' });
const index = await openIndex('products');
const [hits] = await index.query(['a lamp to read by'], { topK: 2 });
console.log(hits);
await index.close();
const { answers } = await retrieve.query('products', { text: ['tea'], topK: 1 });
assert.equal(answers?.[0].hits.length, 1);
