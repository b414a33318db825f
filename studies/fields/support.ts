import { join } from 'node:path';
import { makeFolders } from '../../src/files/make-folder.ts';
import { replies, REPLIES } from '../first-hour/tickets.ts';
import { writeRows } from '../rows.ts';
import { fieldFolder, RIVALS, tuneField, type Field } from './field.ts';

export const support: Field = {
  title: 'Customer support: brand voice and policies',
  about:
    'Replies to tickets of a made-up shop (studies/first-hour/tickets.ts): each greets the customer by name, repeats the ' +
    "order's number and gives the policy for what is asked. Retrieval also reads the policies as passages.",
  learnt:
    "Tuning teaches a small model the shop's voice: only tuned models write whole replies right, because attune-base " +
    'follows no instructions. The nearest old reply comes closest in wording and never has the right name and order ' +
    'number, so a template per policy with slots is a rival to try before tuning. Policies in front of a question add ' +
    'nothing that these rows could show: the tuned model already knows them.',
  async measure(setting) {
    const folder = fieldFolder('support', setting);
    makeFolders(folder);
    const { data } = await replies.write(folder, { rows: setting.quick ? 400 : 1200, fresh: 1, seed: 1 });
    const passages = join(folder, 'policies.jsonl');
    writeRows(
      passages,
      Object.entries(REPLIES).map(([queue, policy]) => ({ text: `${queue}: ${policy}` })),
    );
    return tuneField(
      'support',
      {
        data: {
          train: data,
          columns: { prompt: ['subject', 'body', 'product'], completion: 'reply' },
          validation: 0.1,
          test: 0.2,
        },
        training: { max_steps: setting.quick ? 40 : 200, batch_size: 16, learning_rate: 3e-3 },
        prompting: { passages, shots: 4, budget: 40 },
        evaluation: {
          every: 'never',
          other_words: false,
          metrics: ['exact_match', 'chrf'],
          baselines: [...RIVALS, 'searched'],
          max_rows: setting.quick ? 20 : 100,
        },
      },
      setting,
    );
  },
};
