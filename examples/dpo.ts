/** Teaches a model which of two answers people prefer. */
import { train } from '../src/app/index.ts';

const rows = ['How do I reset it?', 'How do I open it?', 'How do I clean it?', 'How do I store it?'].map((prompt) => ({
  prompt,
  chosen: ' Press the button for three seconds.',
  rejected: ' No idea, try something.',
}));

const run = await train({
  model: 'attune-base',
  data: { train: rows, validation: 0, test: 0 },
  objective: { name: 'dpo', beta: 0.1 },
  training: { max_steps: 60, learning_rate: 5e-3 },
  output_dir: 'runs/preferred',
});

await using model = await run.open();
const [answer] = await model.answer(['How do I move it?'], { maxNewTokens: 12 });
console.log(answer.text);
