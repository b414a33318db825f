import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ServedAnswer } from '../../src/monitoring/trace.ts';
import { Watcher } from '../../src/monitoring/watcher.ts';
import { processorTime } from './processor-time.ts';

const ANSWERS = 4000;
let [folder, home]: (string | undefined)[] = [];
beforeAll(() => {
  home = process.env.ATTUNE_HOME;
  process.env.ATTUNE_HOME = folder = mkdtempSync(join(tmpdir(), 'attune-watching-'));
});
afterAll(() => {
  process.env.ATTUNE_HOME = home;
  rmSync(folder!, { recursive: true, force: true });
});

function answer(i: number, round: number): ServedAnswer {
  const shared = { choice: 0, model: 'tickets', version: 'v1', operation: 'chat', status: 200, milliseconds: 100 };
  const id = `chatcmpl-${round}-${i}`;
  return { ...shared, id, at: Date.now() - i, prompt: `Where is order ${i}?`, answer: 'On its way.', finish: 'stop' };
}

it('an answer is kept for a few times what twenty in JSON cost', async () => {
  const failures: unknown[] = [];
  const watching = await Watcher.open({
    keep: 'counts',
    retention: 30,
    feedbackRetention: 365,
    onFailure: (_, error) => void failures.push(error),
  });
  let round = 0;
  const own = await processorTime(async () => {
    round++;
    for (let i = 0; i < ANSWERS; i++) watching.observe(answer(i, round));
    await watching.flush();
  }, 3);
  const plain = await processorTime(() => {
    for (let i = 0; i < 20 * ANSWERS; i++) JSON.parse(JSON.stringify(answer(i, 0)));
  });
  expect(await watching.store.of('tickets', 'v1')).toHaveLength(3 * ANSWERS);
  await watching.close();
  expect(failures).toEqual([]);
  // Measured: 3.3.
  expect(own / plain).toBeLessThan(12);
});
