/** Clients as servers meet them: most send requests and read answers, others disconnect, abort or send garbage. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Visited {
  /** Without a slash at the end. */
  url: string;
  models: readonly string[];
  /** An adapter that is loaded and unloaded during the test. */
  visiting: string;
}

/** Random numbers in [0, 1), reproducible. */
export type Draw = () => number;

/** Outcome of a visit: the status of the reply, or that the client disconnected first. */
export type Outcome = number | 'left' | 'broken';

type Visit = (server: Visited, draw: Draw) => Promise<Outcome>;

const LEFT_AFTER_MILLISECONDS = 60;
const WORDS = ['parcel', 'late', 'lost', 'broken', 'colour', 'refund', 'please', 'where', 'is', 'my'];

const visits: readonly { name: string; share: number; visit: Visit }[] = [
  { name: 'chat', share: 6, visit: (server, draw) => whole(server, '/v1/chat/completions', chatBody(server, draw)) },
  {
    name: 'streams',
    share: 6,
    visit: (server, draw) => whole(server, '/v1/chat/completions', { ...chatBody(server, draw), stream: true }),
  },
  { name: 'completions', share: 3, visit: (server, draw) => whole(server, '/v1/completions', textBody(server, draw)) },
  { name: 'responses, deleted', share: 2, visit: asksOn },
  {
    name: 'JSON of a schema',
    share: 2,
    visit: (server, draw) => whole(server, '/v1/chat/completions', formBody(server, draw)),
  },
  { name: 'leaves', share: 3, visit: (server, draw) => leaves(server, { ...textBody(server, draw), stream: true }) },
  { name: 'leaves before it is answered', share: 2, visit: (server, draw) => leaves(server, textBody(server, draw)) },
  { name: 'breaks off its request', share: 2, visit: breaksOff },
  { name: 'sends what is not JSON', share: 1, visit: (server) => whole(server, '/v1/completions', '{"model": ') },
  {
    name: 'asks for an unknown model',
    share: 1,
    visit: (server) => whole(server, '/v1/completions', { model: 'none', prompt: 'a' }),
  },
  {
    name: 'sends wrong types',
    share: 1,
    visit: (server) => whole(server, '/v1/chat/completions', { model: 7, messages: 'a', n: -1 }),
  },
  { name: 'loads and unloads an adapter', share: 1, visit: comesAndGoes },
];

const SHARES = visits.reduce((sum, { share }) => sum + share, 0);

/** One visit of a randomly drawn kind. */
export async function visit(server: Visited, draw: Draw): Promise<{ name: string; outcome: Outcome }> {
  let left = draw() * SHARES;
  const drawn = visits.find(({ share }) => (left -= share) < 0) ?? visits[0];
  return { name: drawn.name, outcome: await drawn.visit(server, draw) };
}

/** More requests than can run at once, each of the model's full length. */
const LONG_PROMPTS = 48;

/** Fills the KV cache: the system allocates its pages on first write, which must not count as growth. */
export async function fillCache(server: Visited, draw: Draw): Promise<void> {
  const model = server.models[0];
  const about = (await (await fetch(`${server.url}/v1/models/${model}`)).json()) as { max_model_len: number };
  const prompts = Array.from({ length: LONG_PROMPTS }, () =>
    Array.from({ length: about.max_model_len - 1 }, () => Math.floor(draw() * 200)),
  );
  await Promise.all(prompts.map((prompt) => whole(server, '/v1/completions', { model, prompt, max_tokens: 1 })));
}

function chatBody({ models }: Visited, draw: Draw): Record<string, unknown> {
  const messages = [{ role: 'user', content: sentence(draw) }];
  return { model: one(models, draw), messages, max_tokens: 1 + Math.floor(draw() * 40), n: 1 + Math.floor(draw() * 2) };
}

function textBody({ models }: Visited, draw: Draw): Record<string, unknown> {
  const length = { max_tokens: 1 + Math.floor(draw() * 200), ignore_eos: true };
  return { model: one(models, draw), prompt: sentence(draw), ...length };
}

function responseBody({ models }: Visited, draw: Draw): Record<string, unknown> {
  return { model: one(models, draw), input: sentence(draw), max_output_tokens: 16 };
}

function formBody(server: Visited, draw: Draw): Record<string, unknown> {
  const schema = {
    type: 'object',
    properties: { late: { type: 'boolean' } },
    required: ['late'],
    additionalProperties: false,
  };
  const response_format = { type: 'json_schema', json_schema: { name: 'ticket', schema } };
  return { ...chatBody(server, draw), max_tokens: 60, response_format };
}

function sentence(draw: Draw): string {
  return Array.from({ length: 1 + Math.floor(draw() * 30) }, () => one(WORDS, draw)).join(' ');
}

function one<T>(values: readonly T[], draw: Draw): T {
  return values[Math.floor(draw() * values.length)];
}

function post(server: Visited, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, signal };
  return fetch(`${server.url}${path}`, { ...init, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

async function whole(server: Visited, path: string, body: unknown): Promise<Outcome> {
  const response = await post(server, path, body);
  await response.arrayBuffer();
  return response.status;
}

/**
 * Creates a response and one that continues it, and deletes both: stored ones would fill the server's store, which is
 * bounded but does not fill up within a soak test.
 */
async function asksOn(server: Visited, draw: Draw): Promise<Outcome> {
  const body = responseBody(server, draw);
  const first = await post(server, '/v1/responses', body);
  const { id } = (await first.json()) as { id?: string };
  if (id === undefined) return first.status;
  const second = await post(server, '/v1/responses', { ...body, previous_response_id: id });
  const next = (await second.json()) as { id?: string };
  for (const one of [id, next.id].filter((known) => known !== undefined))
    await (await fetch(`${server.url}/v1/responses/${one}`, { method: 'DELETE' })).arrayBuffer();
  return second.status;
}

async function leaves(server: Visited, body: unknown): Promise<Outcome> {
  const gone = new AbortController();
  const asked = post(server, '/v1/completions', body, gone.signal).then((response) => response.arrayBuffer());
  asked.catch(() => undefined);
  await sleep(LEFT_AFTER_MILLISECONDS);
  gone.abort();
  await asked.catch(() => undefined);
  return 'left';
}

/** Sends half a request and then nothing. */
async function breaksOff({ url }: Visited, draw: Draw): Promise<Outcome> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const head = `POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
  socket.write(`${head}content-length: 500\r\n\r\n{"model": "${'a'.repeat(Math.floor(draw() * 300))}`);
  await sleep(LEFT_AFTER_MILLISECONDS);
  socket.destroy();
  return 'broken';
}

/** The second one is refused, which is correct. */
async function comesAndGoes(server: Visited, draw: Draw): Promise<Outcome> {
  const loaded = await whole(server, '/v1/load_lora_adapter', { lora_name: server.visiting });
  if (loaded !== 200) return loaded;
  await whole(server, '/v1/completions', { ...textBody(server, draw), model: server.visiting });
  return whole(server, '/v1/unload_lora_adapter', { lora_name: server.visiting });
}

/** Answers in progress or in the queue, after those of disconnected clients had a moment to end. */
export async function takenPlaces({ url }: Visited): Promise<number> {
  for (let tries = 0; ; tries++) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const taken = [...metrics.matchAll(/^vllm:num_requests_(?:running|waiting)\{.*\} (\d+)$/gm)];
    const sum = taken.reduce((total, [, count]) => total + Number(count), 0);
    if (sum === 0 || tries === 50) return sum;
    await sleep(100);
  }
}
