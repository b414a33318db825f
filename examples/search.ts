/** Finds rows by meaning. */
import { retrieve } from '../src/app/index.ts';

const rows = [
  { title: 'Reading lamp', about: 'a warm light for the bedside table' },
  { title: 'Kettle', about: 'boils a litre of water for tea in two minutes' },
  { title: 'Garden chair', about: 'folds away, and does not mind the rain' },
];

// Embedding models: any sentence-transformers folder or name. attune-base only shows the calls.
await retrieve.index('attune-base', {
  input: rows,
  textColumn: ['title', 'about'],
  pooling: 'mean',
  output: 'products',
});
const { answers } = await retrieve.query('products', { text: ['something to drink in the evening'], topK: 2 });
for (const { row, score } of answers![0].hits) console.log(score.toFixed(3), row.title);
