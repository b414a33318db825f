/**
 * llama.cpp behind /v1/completions, through node-llama-cpp in a separate folder, for `npm run bench -- serve`: `node
 * bench/serve-llama-cpp.ts MODEL.gguf FOLDER SEQUENCES`. Prints one line of JSON when it is ready.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { openLlama, type Sequence } from './llama-cpp-model.ts';

const [file, folder, sequences] = process.argv.slice(2);
const { context, model } = await openLlama(file, folder, { sequences: Number(sequences), positions: 640 });
const free = Array.from({ length: Number(sequences) }, () => context.getSequence());
const waiting: ((sequence: Sequence) => void)[] = [];

/** Waits for a free sequence of the batch. */
function place(): Promise<Sequence> {
  const sequence = free.pop();
  return sequence === undefined ? new Promise((resolve) => void waiting.push(resolve)) : Promise.resolve(sequence);
}

function giveBack(sequence: Sequence): void {
  const next = waiting.shift();
  if (next === undefined) free.push(sequence);
  else next(sequence);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, max_tokens: most } = (await json(request)) as { prompt: number[]; max_tokens: number };
  const sequence = await place();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let count = 0;
  await sequence.clearHistory();
  for await (const token of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
    const choices = [{ index: 0, text: model.detokenize([token], true) || ' ', finish_reason: null }];
    response.write(`data: ${JSON.stringify({ object: 'text_completion', choices })}\n\n`);
    if (++count === most) break;
  }
  giveBack(sequence);
  response.end('data: [DONE]\n\n');
}

const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}/v1`, pid: process.pid })}\n`);
});
// Clients reconnect after the other server's turn.
server.keepAliveTimeout = 3_600_000;
process.on('SIGTERM', () => process.exit(0));
