/** Teaches a model a manner of answering with a LoRA, and talks to it. */
import { train } from '../src/app/index.ts';

const questions = ['Where is my parcel?', 'Can I return this?', 'Do you ship to Norway?', 'Is there a discount?'];
const rows = questions.map((content) => ({
  messages: [
    { role: 'user', content },
    { role: 'assistant', content: 'Thank you for asking! A colleague will answer within the hour.' },
  ],
}));

const run = await train({
  model: 'attune-base', // a demonstration model; a folder, or a name on the hub such as Qwen/Qwen3-0.6B
  data: { train: rows, test: 0 },
  tuning: { method: 'lora', r: 8 },
  training: { max_steps: 30, learning_rate: 4e-3 },
  output_dir: 'runs/chat',
});

await using model = await run.open();
const answer = model.stream(
  { messages: [{ role: 'user', content: 'Where can I see my invoice?' }] },
  { maxNewTokens: 40 },
);
for await (const text of answer) process.stdout.write(text);
