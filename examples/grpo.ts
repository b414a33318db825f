/** Teaches a model by a reward of one's own: it samples answers, and the better ones become likelier. */
import { fileURLToPath } from 'node:url';
import { train } from '../src/app/index.ts';

// The function runs in a thread of its own, so a recipe names its file.
const rewards = fileURLToPath(new URL('rewards.ts', import.meta.url));
const rows = ['Describe a lamp.', 'Describe a kettle.', 'Describe a chair.', 'Describe a table.'].map((prompt) => ({
  prompt,
}));

const run = await train(
  {
    model: 'attune-base',
    data: { train: rows, validation: 0, test: 0 },
    objective: { name: 'grpo', reward_funcs: [`${rewards}#short`], num_generations: 4, max_completion_length: 24 },
    training: { max_steps: 4, batch_size: 4, learning_rate: 1e-3 },
    output_dir: 'runs/short',
  },
  { onEvent: (event) => event.type === 'step-finished' && console.log(event.step, event.metrics.reward) },
);
console.log(run.report);
