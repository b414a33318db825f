import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeTinyChat } from '../engine/tiny-chat.ts';
import { startServer } from './serve-tiny.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-serve-decisions-'));
let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer({ models: [await writeTinyChat(join(folder, 'tiny'))] });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Reply {
  answers: Record<
    string,
    {
      noul: number;
      choice: string;
      confidence: number;
      score: number;
      probability: number;
      probabilities: Record<string, number>;
    }
  >;
  usage: Record<string, number>;
  error: { param: string; message: string };
}

async function post(path: string, body: object) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'tiny', ...body }),
  });
  return { status: response.status, body: (await response.json()) as Reply };
}

const QUESTIONS = {
  urgent: { type: 'noul', instructions: 'Is `text` urgent?', criteria: null },
  queue: { type: 'choice', instructions: null, criteria: { '10': 'billing', '2': null, sales: { about: ['offers'] } } },
  mood: { type: 'score', criteria: ['angry', 'calm'] },
};

describe('/v1/systemone', () => {
  test('answers questions of each type by their ids', async () => {
    const { status, body } = await post('/v1/systemone', { state: { text: 'Late again!' }, questions: QUESTIONS });
    expect(status).toBe(200);
    const { urgent, queue, mood } = body.answers;
    expect(Object.keys(body.answers)).toEqual(Object.keys(QUESTIONS));
    expect(urgent).toEqual({ type: 'noul', noul: expect.any(Number) });
    expect(Object.keys(queue.probabilities).toSorted()).toEqual(['10', '2', 'sales']);
    const sum = Object.values(queue.probabilities).reduce((total, p) => total + p);
    expect(sum).toBeCloseTo(1, 9);
    expect(queue.probabilities[queue.choice]).toBe(Math.max(...Object.values(queue.probabilities)));
    expect(queue.confidence).toBeCloseTo((3 * queue.probabilities[queue.choice] - 1) / 2, 9);
    expect(mood).toMatchObject({ score: mood.probabilities['1'], legend: { '0': 'angry', '1': 'calm' } });
    expect(body.usage).toEqual({ input_tokens: expect.any(Number), output_tokens: 0 });
  });

  test('says the same of a question whatever is asked with it', async () => {
    const all = await post('/v1/systemone', { state: 'Late again!', questions: QUESTIONS });
    const one = await post('/v1/systemone', { state: 'Late again!', questions: { renamed: QUESTIONS.queue } });
    for (const [key, p] of Object.entries(one.body.answers.renamed.probabilities))
      expect(all.body.answers.queue.probabilities[key]).toBeCloseTo(p, 5);
  });

  test.each([1, 2, 52])('takes a choice of %d', async (count) => {
    const criteria = Object.fromEntries(Array.from({ length: count }, (_, i) => [`option ${i}`, null]));
    const { status, body } = await post('/v1/systemone', {
      state: 's',
      questions: { q: { type: 'choice', criteria } },
    });
    expect([status, Object.keys(body.answers.q.probabilities).length]).toEqual([200, count]);
  });

  test('names every bad field at once', async () => {
    const { status, body } = await post('/v1/systemone', {
      state: 's',
      questions: {
        a: { type: 'choice', criteria: {} },
        b: { type: 'score', criteria: ['one'] },
        c: { type: 'rank' },
        d: { type: 'noul', criteria: { maybe: 'm' } },
        e: { type: 'noul', instruction: 'Is it urgent?' },
      },
    });
    expect([status, body.error.param]).toEqual([400, 'questions.a.criteria']);
    for (const field of ['a.criteria', 'b.criteria', 'c.type', 'd.criteria.maybe', 'e.instruction'])
      expect(body.error.message).toContain(`questions.${field}`);
  });

  test.each([
    [400, { state: null, questions: QUESTIONS }],
    [400, { state: 's', questions: {} }],
    [400, { state: 7, questions: QUESTIONS }],
    [404, { model: 'nobody', state: 's', questions: QUESTIONS }],
    [400, { state: 'x'.repeat(20_000), questions: QUESTIONS }],
    [
      400,
      { state: 's', questions: { q: { type: 'choice', criteria: Array.from({ length: 256 }, (_, i) => `o${i}`) } } },
    ],
    [400, { state: 's', questions: Array.from({ length: 401 }, () => ({ type: 'noul' })) }],
    [400, { state: 's', questions: QUESTIONS, images: ['data:'] }],
  ])('answers %d to what it cannot answer', async (status, body) => {
    expect((await post('/v1/systemone', body)).status).toBe(status);
  });
});

describe('/v1/decisions', () => {
  const questions = [
    { type: 'predicate', name: 'urgent', instructions: 'Is it urgent?' },
    {
      type: 'choice',
      instructions: [{ type: 'input_text', text: 'Which?' }],
      choices: [{ value: true }, { value: 'b' }],
    },
    {
      type: 'score',
      name: 'mood',
      instructions: 'Mood?',
      levels: [{ label: 'low', description: 'sad' }, { label: 'high' }],
    },
  ];

  test('answers in the order of OpenAI’s questions', async () => {
    const { status, body } = await post('/v1/decisions', { input: 'Late again!', questions });
    expect(status).toBe(200);
    expect(body.answers).toMatchObject([
      { type: 'predicate', name: 'urgent' },
      { type: 'choice', name: null, probabilities: [{ value: true }, { value: 'b' }] },
      {
        type: 'score',
        name: 'mood',
        probabilities: [
          { value: 0, label: 'low' },
          { value: 1, label: 'high' },
        ],
      },
    ]);
    expect(body.usage.total_tokens).toBe(body.usage.input_tokens);
  });

  test('reads messages as what they say', async () => {
    const text = await post('/v1/decisions', { input: 'Late again!', questions });
    const content = [{ type: 'input_text', text: 'Late again!' }];
    const message = await post('/v1/decisions', { input: [{ role: 'user', content }], questions });
    expect(message.body.answers[0].probability).toBeCloseTo(text.body.answers[0].probability, 5);
    const image = [{ type: 'input_image', image_url: 'data:' }];
    const refused = await post('/v1/decisions', { input: [{ role: 'user', content: image }], questions });
    expect([refused.status, refused.body.error.param]).toEqual([400, 'input[0].content[0]']);
  });

  test('with a state answers as System One, as OpenRouter does', async () => {
    const asked = { state: 'Late again!', questions: QUESTIONS };
    const [here, there] = [await post('/v1/decisions', asked), await post('/v1/systemone', asked)];
    expect(here.body.answers.urgent.noul).toBeCloseTo(there.body.answers.urgent.noul, 5);
    expect((await post('/v1/decisions', { ...asked, input: 'i' })).status).toBe(400);
  });
});
