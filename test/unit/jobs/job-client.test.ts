import { expect, it } from 'vitest';
import { JobClient } from '../../../src/jobs/worker/job-client.ts';
import type { ToWorker } from '../../../src/jobs/worker/worker-messages.ts';

it('gives a request up as soon as it is aborted, though nothing of its answer has come', async () => {
  const posted: ToWorker[] = [];
  const client = new JobClient(
    (message) => void posted.push(message),
    () => undefined,
  );
  const controller = new AbortController();
  const read = client.request('question', controller.signal).getReader().read();
  controller.abort(new Error('enough'));
  await expect(read).rejects.toThrow('enough');
  expect(posted).toEqual([
    { type: 'request', id: 1, body: 'question' },
    { type: 'cancel', id: 1 },
  ]);
  // Late messages are ignored.
  client.receive({ type: 'chunk', id: 1, chunk: 'late' });
  client.receive({ type: 'end', id: 1 });
  await expect(client.request('more', controller.signal).getReader().read()).rejects.toThrow('enough');
  expect(posted).toHaveLength(2);
});
