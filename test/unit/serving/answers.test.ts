import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { listAnswers, rateAnswer, showAnswer } from '../../../src/app/monitor/answers.ts';
import type { AnswerList, WholeAnswer } from '../../../src/serving/endpoints/answers.ts';
import { eraseUser, findAnswers, Watcher, type ServedAnswer } from '../../../src/monitoring/index.ts';
import { fakeServer, type FakeServer } from './fake-models.ts';

const MARKUP = '<img src=x onerror=alert(1)>';
const start = Date.now() - 1_000_000;
let folder: string;

beforeEach(() => {
  const home = process.env.ATTUNE_HOME;
  folder = mkdtempSync(join(tmpdir(), 'attune-answers-'));
  process.env.ATTUNE_HOME = folder;
  onTestFinished(() => {
    process.env.ATTUNE_HOME = home;
  });
});

function answer(i: number, more: Partial<ServedAnswer> = {}): ServedAnswer {
  return {
    id: `chatcmpl-${i}`,
    choice: 0,
    at: start + i * 1e3,
    model: 'tickets',
    version: 'v1',
    operation: 'chat',
    status: 200,
    milliseconds: 100,
    finish: 'stop',
    prompt: `Where is order ${i}?`,
    answer: 'On its way.',
    ...more,
  };
}

async function watcherOf(answers: readonly ServedAnswer[]): Promise<Watcher> {
  const options = { keep: 'text', retention: 30, feedbackRetention: 365, onFailure: () => undefined } as const;
  const watcher = await Watcher.open(options);
  onTestFinished(() => watcher.close());
  for (const one of answers) watcher.observe(one);
  await watcher.flush();
  return watcher;
}

const key = (name: string) => `sk-${name}`.padEnd(40, 'x');

async function server(answers: readonly ServedAnswer[]): Promise<FakeServer & { get: Get; watcher: Watcher }> {
  const sha256 = (name: string) => createHash('sha256').update(key(name)).digest('hex');
  const keys = ['one', 'two', 'admin'].map((name) => ({ name, sha256: sha256(name), admin: name === 'admin' }));
  writeFileSync(join(folder, 'keys.yaml'), JSON.stringify({ keys }));
  const watcher = await watcherOf(answers);
  const made = await fakeServer({ api_keys: join(folder, 'keys.yaml') }, { watcher });
  onTestFinished(() => made.close());
  const get: Get = (path, name) => made.send(path, undefined, { headers: { authorization: `Bearer ${key(name)}` } });
  return { ...made, get, watcher };
}

type Get = (path: string, name: string) => Promise<Response>;

const idsOf = ({ data }: Pick<AnswerList, 'data'>): string[] => data.map(({ id }) => id);

it('finds answers by what they say, when, whether they are flagged and whether anybody rated them', async () => {
  const watcher = await watcherOf([
    answer(1),
    answer(2, { answer: 'I’m sorry, but I can’t help with that.' }),
    answer(3, { model: 'other', finish: 'length' }),
    answer(3, { choice: 1, model: 'other', answer: 'LOST' }),
  ]);
  await watcher.feedback({ trace: 'chatcmpl-1', choice: 0, thumb: 'down', comment: 'late' });
  expect(idsOf(await listAnswers())).toEqual(['chatcmpl-3#1', 'chatcmpl-3', 'chatcmpl-2', 'chatcmpl-1']);
  expect(idsOf(await listAnswers({ model: 'tickets' }))).toEqual(['chatcmpl-2', 'chatcmpl-1']);
  expect(idsOf(await listAnswers({ version: 'v2' }))).toEqual([]);
  expect(idsOf(await listAnswers({ since: start + 3000 }))).toEqual(['chatcmpl-3#1', 'chatcmpl-3']);
  expect(idsOf(await listAnswers({ search: 'lost' }))).toEqual(['chatcmpl-3#1']);
  expect(idsOf(await listAnswers({ search: 'ORDER 2' }))).toEqual(['chatcmpl-2']);
  expect(idsOf(await listAnswers({ flagged: 'any' }))).toEqual(['chatcmpl-3', 'chatcmpl-2']);
  expect(idsOf(await listAnswers({ flagged: 'runaway' }))).toEqual(['chatcmpl-3']);
  expect(idsOf(await listAnswers({ unrated: true }))).not.toContain('chatcmpl-1');
  await expect(listAnswers({ flagged: 'nonsense' })).rejects.toMatchObject({ code: 'E_USAGE' });
  expect((await showAnswer('chatcmpl-1')).feedback).toMatchObject([{ score: 'down', comment: 'late' }]);
  await expect(showAnswer('chatcmpl-9')).rejects.toMatchObject({ code: 'E_NO_ANSWER' });
});

it('gives every answer once over its pages, and says where a search has stopped', async () => {
  const watcher = await watcherOf(Array.from({ length: 450 }, (_, i) => answer(i, { at: start + Math.floor(i / 7) })));
  const seen: string[] = [];
  for (let after: string | undefined; ;) {
    const page = await listAnswers({ limit: 60, after });
    seen.push(...idsOf(page));
    if (page.next === null) break;
    after = page.next;
  }
  expect(seen).toHaveLength(450);
  expect(new Set(seen).size).toBe(450);
  const cursor = (await findAnswers(watcher.store, { text: 'order 3?' }, { limit: 1 })).next;
  expect(cursor).toBeDefined();
  expect((await listAnswers({ search: 'order 3?', after: cursor })).data).toEqual([]);
  expect((await listAnswers({ after: 'made up' })).data).toEqual([]);
});

it('keeps a rating from the command as feedback that can be trained on', async () => {
  await watcherOf([answer(1)]);
  expect(await rateAnswer('chatcmpl-1', { thumb: 'down', correction: 'On Monday.' })).toMatchObject({ canTrain: true });
  expect(await showAnswer('chatcmpl-1')).toMatchObject({
    prompt: 'Where is order 1?',
    feedback: [{ score: 'down', correction: 'On Monday.' }],
  });
  await expect(rateAnswer('chatcmpl-1', {})).rejects.toMatchObject({ code: 'E_USAGE' });
  await expect(rateAnswer('chatcmpl-2', { thumb: 'up' })).rejects.toMatchObject({ code: 'E_NO_ANSWER' });
});

it('shows a key its own answers only, and an admin key all of them', async () => {
  const { get, send, watcher } = await server([answer(1, { key: 'one', user: 'ann' }), answer(2, { key: 'two' })]);
  const list = async (name: string) => idsOf((await (await get('/v1/attune/answers', name)).json()) as AnswerList);
  expect([await list('one'), await list('two')]).toEqual([['chatcmpl-1'], ['chatcmpl-2']]);
  expect(await list('admin')).toEqual(['chatcmpl-2', 'chatcmpl-1']);
  expect((await get('/v1/attune/answers/chatcmpl-2', 'one')).status).toBe(404);
  const rate = (name: string) =>
    send(
      '/v1/attune/feedback',
      { completion_id: 'chatcmpl-2', score: 'up' },
      { headers: { authorization: `Bearer ${key(name)}` } },
    );
  expect((await rate('one')).status).toBe(404);
  expect((await rate('admin')).status).toBe(200);
  const whole = (await (await get('/v1/attune/answers/chatcmpl-2', 'two')).json()) as WholeAnswer;
  expect(whole.feedback).toMatchObject([{ score: 'up' }]);
  // Nothing remains of an erased user.
  await eraseUser(watcher.store, 'ann');
  expect(await list('one')).toEqual([]);
});

it('refuses filters that are none, and names the field', async () => {
  const { get } = await server([]);
  for (const [query, field] of [
    ['limit=0', 'limit'],
    ['flagged=rude', 'flagged'],
    ['since=yesterday', 'since'],
    ['model[a]=b', 'model'],
    ['colour=red', 'colour'],
  ]) {
    const reply = await get(`/v1/attune/answers?${query}`, 'admin');
    expect([reply.status, ((await reply.json()) as { error: { param: string } }).error.param]).toEqual([400, field]);
  }
});

it('its page has no markup of its own for what people or models wrote', async () => {
  const { get } = await server([answer(1, { answer: MARKUP })]);
  const page = await get('/answers', 'none');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
  const text = await page.text();
  expect(text).toContain('data-page="answers"');
  expect(text).not.toContain(MARKUP);
  const script = await get('/answers.js', 'none');
  expect(script.headers.get('content-type')).toContain('javascript');
  expect(await script.text()).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
});
