// Recorded replies of OpenAI's API: three jobs, their files and events, stored completions.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;

const chat = JSON.stringify({
  messages: [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello' },
  ],
});

function job(id: string, more: Json): Json {
  return {
    id,
    object: 'fine_tuning.job',
    created_at: 1_757_000_000,
    finished_at: 1_757_000_900,
    model: 'gpt-4o-mini-2024-07-18',
    fine_tuned_model: `ft:gpt-4o-mini-2024-07-18:acme:${id}:AbCd1234`,
    organization_id: 'org-1',
    status: 'succeeded',
    training_file: 'file-train',
    validation_file: null,
    hyperparameters: { n_epochs: 3, batch_size: 1, learning_rate_multiplier: 1.8 },
    method: {
      type: 'supervised',
      supervised: { hyperparameters: { n_epochs: 3, batch_size: 1, learning_rate_multiplier: 1.8 } },
    },
    seed: 7,
    trained_tokens: 900,
    result_files: ['file-result'],
    error: null,
    integrations: [],
    metadata: null,
    ...more,
  };
}

const jobs = [
  job('ftjob-one', { validation_file: 'file-valid' }),
  job('ftjob-two', {
    hyperparameters: null,
    method: { type: 'dpo', dpo: { hyperparameters: { beta: 0.2, n_epochs: 'auto' } } },
  }),
  job('../ftjob-three', { training_file: 'file-gone', fine_tuned_model: null, status: 'failed' }),
];

const event = (i: number) => ({
  id: `ftevent-${i}`,
  object: 'fine_tuning.job.event',
  created_at: i,
  level: 'info',
  message: `event ${i}`,
  type: 'message',
  data: null,
});
const completion = (id: string, content: string | null) => ({
  id,
  object: 'chat.completion',
  created: 1,
  model: 'ft:gpt-4o-mini:acme',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 },
});

const lists: Record<string, Json[]> = {
  '/v1/fine_tuning/jobs': jobs,
  '/v1/fine_tuning/jobs/ftjob-one/events': [event(3), event(2), event(1)],
  '/v1/chat/completions': [completion('chatcmpl-1', 'On its way.'), completion('chatcmpl-2', null)],
  '/v1/chat/completions/chatcmpl-1/messages': [
    { id: 'm-1', role: 'user', content: [{ type: 'text', text: 'Where is it?' }] },
  ],
  '/v1/chat/completions/chatcmpl-2/messages': [{ id: 'm-2', role: 'user', content: 'Where is it?' }],
};

const contents: Record<string, string> = {
  '/v1/files/file-train/content': `${chat}\n`,
  '/v1/files/file-valid/content': `${chat}\n`,
  '/v1/files/file-result/content': 'step,train_loss\n1,2.5\n',
};

/** Two entries per page, whatever the limit, and one transient failure. */
export async function recordedOpenAi(): Promise<{ url: string; asked: string[]; close(): void }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x');
    asked.push(`${request.method} ${pathname}`);
    if (request.headers.authorization !== 'Bearer sk-test') return void response.writeHead(401).end('{}');
    if (pathname === '/v1/files/file-valid/content' && asked.filter((one) => one.includes('file-valid')).length === 1)
      return void response.writeHead(503).end();
    if (pathname in contents) return void response.end(contents[pathname]);
    const rows = lists[pathname] ?? (pathname.endsWith('/events') ? [] : undefined);
    if (rows === undefined) return void response.writeHead(404).end('{}');
    const start = rows.findIndex(({ id }) => id === searchParams.get('after')) + 1;
    const data = rows.slice(start, start + 2);
    response.end(JSON.stringify({ object: 'list', data, has_more: rows.length > start + 2 }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked, close: () => server.close() };
}
