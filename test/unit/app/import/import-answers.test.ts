import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importLangfuse, importOtlp } from '../../../../src/app/import-answers/import-answers.ts';
import { answerOf, askedOf } from '../../../../src/app/import-answers/conversation-parts.ts';
import { meaningOf } from '../../../../src/app/import-answers/score-meaning.ts';
import { candidatesOf, type Candidate } from '../../../../src/monitoring/quarantine/candidate.ts';
import { trafficOf } from '../../../../src/monitoring/quarantine/traffic.ts';
import { TraceStore } from '../../../../src/monitoring/traces/trace-store.ts';

let folder: string;
let home: string | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-imported-'));
  home = process.env.ATTUNE_HOME;
  process.env.ATTUNE_HOME = join(folder, 'home');
});
afterEach(() => {
  process.env.ATTUNE_HOME = home;
});

function file(name: string, content: string | readonly object[]): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    typeof content === 'string' ? content : content.map((one) => `${JSON.stringify(one)}\n`).join(''),
  );
  return path;
}

async function withStore<Result>(use: (store: TraceStore) => Promise<Result>): Promise<Result> {
  const store = await TraceStore.open();
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

const range = { from: 0, until: Number.MAX_SAFE_INTEGER };
const candidates = (): Promise<Candidate[]> => withStore((store) => candidatesOf(store, 'support', range));

/** An answer by our own server, with its texts stored. */
async function served(id: string): Promise<void> {
  await withStore(async (store) => {
    const user = store.keys.hash('user ann');
    const shared = { model: 'support', version: 'support@3', operation: 'chat', key: 'web', user, status: 200 };
    const rest = { milliseconds: 1, label: null, confidence: null, words: null, expires_at: Date.now() + 1e9 };
    const text = await store.keys.seal(user, `${id} 0`, { prompt: 'Is it open?', answer: 'No.' });
    await store.add([{ ...shared, ...rest, id, choice: 0, at: 1, signals: '{}', text }]);
  });
}

const trace = { id: 't1', timestamp: '2026-11-02T10:00:00.000Z', userId: 'ann', input: 'Hello', output: 'Hi', odd: 1 };
const generation = {
  id: 'g1',
  traceId: 't1',
  type: 'GENERATION',
  startTime: '2026-11-02T10:00:00Z',
  endTime: '2026-11-02T10:00:02Z',
  model: 'gpt',
  input: [{ role: 'user', content: [{ type: 'text', text: 'Where is my parcel, asks jane.miller@example.org?' }] }],
  output: { role: 'assistant', content: 'I do not know.' },
  usageDetails: { input: 12, output: 5 },
};
const correction = {
  id: 's1',
  traceId: 't1',
  observationId: 'g1',
  name: 'output',
  dataType: 'CORRECTION',
  value: 0,
  longStringValue: 'It comes on Monday.',
};
const thumb = { id: 's2', traceId: 't1', name: 'user-feedback', dataType: 'BOOLEAN', value: 0, comment: 'bad' };

describe('exports of Langfuse', () => {
  it('become answers and feedback, and those of our own replies belong to these', async () => {
    await served('chatcmpl-own');
    const own = { ...generation, id: 'g2', traceId: 't2', metadata: '{"completion_id":"chatcmpl-own"}' };
    const rows = [trace, generation, { ...generation, id: 'span', type: 'SPAN' }, own, correction, thumb];
    const about = { ...correction, id: 's3', traceId: 't2', observationId: 'g2' };
    const path = file('export.jsonl', [...rows, about, { ...thumb, id: 's4', traceId: 'elsewhere' }]);
    const found = await importLangfuse([path], { model: 'support' });
    expect(found).toMatchObject({ own: 1, again: 0, feedback: { thumb: 1, correction: 2 }, brokenRows: 0 });
    expect({ ...found.models }).toEqual({ support: 1 });
    expect({ ...found.unknownFields }).toEqual({ odd: 1 });
    expect({ ...found.leftOut }).toEqual({
      'observations of type SPAN': 1,
      'scores of missing answers': 1,
    });
    const all = await candidates();
    expect(all.map(({ target, isUp, answer }) => [target, isUp, answer])).toEqual(
      expect.arrayContaining([
        ['It comes on Monday.', undefined, 'I do not know.'],
        [undefined, false, 'I do not know.'],
        ['It comes on Monday.', undefined, 'No.'],
      ]),
    );
    expect(JSON.stringify(all)).toContain('Where is my parcel');
    expect(JSON.stringify(all)).not.toContain('jane.miller');
    const { traces } = await withStore(async (store) => ({
      traces: await store.database
        .selectFrom('traces')
        .selectAll()
        .where('version', '=', 'langfuse')
        .orderBy('at')
        .execute(),
    }));
    expect(traces[0]).toMatchObject({ milliseconds: 2000, status: 200, at: Date.parse(generation.startTime) });
    expect(traces[0].signals).toContain('"prompt_tokens":12,"answer_tokens":5');
    // Importing the same file again changes nothing.
    expect(await importLangfuse([path], { model: 'support' })).toMatchObject({ again: 1, feedbackAgain: 3 });
    expect(await candidates()).toHaveLength(3);
    const { candidates: unrated } = await withStore((store) =>
      trafficOf(store, { model: 'support', ...range }, { sample: 1, when: [{ thumb: 'down' }], most: 9 }),
    );
    expect(unrated).toHaveLength(1);
  }, 30_000);

  it('are read as tables, as pages and as downloaded traces; broken rows are named by line and field', async () => {
    const csv = file(
      'observations.csv',
      'id,trace_id,type,start_time,input,output,provided_model_name\n' +
        'g1,t1,GENERATION,2026-11-02 10:00:00.5,"[{""role"":""user"",""content"":""Where?""}]","""Here.""",tiny\n',
    );
    const page = file('page.json', JSON.stringify({ data: [{ ...thumb, traceId: 't1' }], meta: { page: 1 } }));
    const whole = file('trace.json', JSON.stringify({ trace: { ...trace, id: 't9' }, observations: [], scores: [] }));
    const broken = file('broken.jsonl', '{"id":"x","traceId":"t","type":"GENERATION","startTime":"noon"}\n{"id":\n');
    const found = await importLangfuse([csv, page, whole, broken], { label: 'class' });
    expect({ ...found.models }).toEqual({ tiny: 1 });
    expect(found.feedback.thumb).toBe(1);
    expect(found.leftOut).toMatchObject({ 'answers without a model: set one with --model': 1 });
    expect(found.broken).toMatchObject([
      { file: broken, line: 1, field: 'startTime', message: 'is missing or not a time' },
      { file: broken, line: 2 },
    ]);
    await expect(importLangfuse([file('none.jsonl', [{ id: 'x', traceId: 'y', type: 'SPAN' }])])).rejects.toMatchObject(
      { code: 'E_IMPORT_UNREADABLE' },
    );
  });
});

const attribute = (key: string, value: string | number | object) => ({
  key,
  value:
    typeof value === 'string'
      ? { stringValue: value }
      : typeof value === 'number'
        ? { intValue: String(value) }
        : value,
});
const span = (id: string, attributes: object[], more: object = {}) => ({
  traceId: `trace-${id}`,
  spanId: id,
  startTimeUnixNano: '1762077600000000000',
  endTimeUnixNano: '1762077601500000000',
  attributes,
  ...more,
});
const exported = (...spans: object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const parts = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });

describe('exports of OpenTelemetry', () => {
  it('become answers and feedback, in the conventions of now, of before, and of others', async () => {
    await served('chatcmpl-own');
    const chat = attribute('gen_ai.operation.name', 'chat');
    const evaluation = (name: string, value: string | number, more: object[] = []) => ({
      name: 'gen_ai.evaluation.result',
      attributes: [
        attribute('gen_ai.evaluation.name', name),
        typeof value === 'number'
          ? attribute('gen_ai.evaluation.score.value', { doubleValue: value })
          : attribute('gen_ai.evaluation.score.label', value),
        ...more,
      ],
    });
    const rows = [
      exported(
        span(
          'new',
          [
            chat,
            attribute('gen_ai.input.messages', JSON.stringify([parts('user', 'Where?')])),
            attribute('gen_ai.system_instructions', JSON.stringify([{ type: 'text', content: 'Be kind.' }])),
            attribute(
              'gen_ai.output.messages',
              JSON.stringify([{ ...parts('assistant', 'Here.'), finish_reason: 'stop' }]),
            ),
            attribute('gen_ai.usage.input_tokens', 9),
            attribute('my.own', 'x'),
          ],
          { events: [evaluation('thumbs', 'pass'), evaluation('relevance', 0.5)] },
        ),
        span('old', [
          attribute('gen_ai.request.model', 'm'),
          attribute('gen_ai.prompt.0.role', 'user'),
          attribute('gen_ai.prompt.0.content', 'Old?'),
          attribute('gen_ai.completion.0.content', 'Yes.'),
        ]),
        span('other', [
          attribute('llm.model_name', 'm'),
          attribute('llm.input_messages.0.message.role', 'user'),
          attribute('llm.input_messages.0.message.content', 'Other?'),
          attribute('llm.output_messages.0.message.role', 'assistant'),
          attribute('llm.output_messages.0.message.content', 'No.'),
        ]),
        span('tool', [attribute('gen_ai.operation.name', 'execute_tool')]),
        span('ours', [chat, attribute('gen_ai.response.id', 'chatcmpl-own')]),
      ),
      {
        resourceLogs: [
          {
            scopeLogs: [
              {
                logRecords: [
                  {
                    eventName: 'gen_ai.evaluation.result',
                    attributes: evaluation('user-feedback', 'down', [attribute('gen_ai.response.id', 'chatcmpl-own')])
                      .attributes,
                  },
                ],
              },
            ],
          },
        ],
      },
      { resourceSpans: [{ scopeSpans: [{ spans: [{ spanId: 'late', startTimeUnixNano: 'now' }] }] }] },
    ];
    const found = await importOtlp([file('spans.jsonl', rows)], { model: 'support' });
    expect({ ...found.models }).toEqual({ support: 3 });
    expect(found).toMatchObject({ own: 1, feedback: { thumb: 2, score: 1 }, leftOut: { 'spans of execute_tool': 1 } });
    expect({ ...found.unknownFields }).toEqual({ 'my.own': 1 });
    expect(found.broken).toMatchObject([{ line: 3, field: 'startTimeUnixNano' }]);
    const { traffic } = await withStore(async (store) => ({
      traffic: await trafficOf(store, { model: 'support', ...range }, { sample: 1, when: [], most: 9 }),
    }));
    const asked = traffic.candidates.map(({ prompt, answer }) => [prompt, answer]);
    expect(asked).toContainEqual([
      [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Where?' },
      ],
      'Here.',
    ]);
    expect(asked).toContainEqual([[{ role: 'user', content: 'Old?' }], 'Yes.']);
    expect(asked).toContainEqual([[{ role: 'user', content: 'Other?' }], 'No.']);
    expect(await candidates()).toMatchObject([
      { isUp: true, answer: 'Here.' },
      { isUp: false, answer: 'No.' },
    ]);
  }, 30_000);
});

it('conversations are read in the forms of many clients, and nothing is made of what is no text', () => {
  expect(askedOf('{"messages":[{"role":"human","content":"Hi"}]}')).toEqual([{ role: 'user', content: 'Hi' }]);
  expect(askedOf({ question: 'Why?' })).toBe('Why?');
  expect(askedOf([{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }])).toBeUndefined();
  expect(answerOf({ choices: [{ message: { role: 'assistant', content: 'Ja.' } }] })).toBe('Ja.');
  expect(answerOf({ role: 'assistant', content: null, tool_calls: [{ id: '1' }] })).toBeUndefined();
  const score = { id: '1', about: ['x'], name: 'quality', kind: 'number' as const, value: 3, isMachine: false };
  expect(meaningOf(score, { thumbs: [] })).toEqual({ use: 'score', said: { score: 3 } });
  expect(meaningOf({ ...score, value: 0 }, { thumbs: ['quality'] })).toMatchObject({ said: { thumb: 'down' } });
  expect(meaningOf({ ...score, value: 'spam' }, { thumbs: [], label: 'quality' })).toMatchObject({ use: 'label' });
  expect(meaningOf({ ...score, isMachine: true }, { thumbs: [] }).use).toBe('not used');
});
