/** Serves a model with OpenAI's API and sends it a request as any client would. */
import OpenAI from 'openai';
import { serve } from '../src/app/index.ts';

const server = await serve(['attune-base'], { settings: { port: 0, log: 'silent' } });
const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' });

const stream = await client.chat.completions.create({
  model: 'attune-base',
  messages: [{ role: 'user', content: 'Hello' }],
  max_completion_tokens: 12,
  stream: true,
});
for await (const { choices } of stream) process.stdout.write(choices[0]?.delta.content ?? '');
await server.close();
