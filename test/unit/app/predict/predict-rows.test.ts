import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerRows, type PredictOptions } from '../../../../src/app/predict/predict-rows.ts';
import { RowAnswerer } from '../../../../src/app/predict/row-answerer.ts';
import { AttuneError } from '../../../../src/base/errors.ts';
import type { RunEvent } from '../../../../src/base/events.ts';
import type { Example } from '../../../../src/data/index.ts';
import type { Prediction } from '../../../../src/scoring/predictor.ts';
import type { PredictorDescription } from '../../../../src/answering/predict/predict.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'attune-predict-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string) => join(folder, name);
const put = (name: string, content: string) => {
  writeFileSync(path(name), content);
  return path(name);
};
const text = (name: string) => readFileSync(path(name), 'utf8');

/** Predicts "long" for texts of more than ten characters, with easily recognised probabilities. */
function fakeModel(changes: Partial<PredictorDescription> = {}, answer = byLength) {
  const description: PredictorDescription = {
    task: 'sequence',
    answers: 'label',
    labels: ['long', 'short'],
    isChat: false,
    shapes: [{ format: 'classification', columns: { text: ['subject', 'body'], label: 'queue' } }],
    ...changes,
  };
  const model = { description, answer: (examples: readonly Example[]) => Promise.resolve(examples.map(answer)) };
  return new RowAnswerer({ ...model, close: () => Promise.resolve() }, 'runs/tickets');
}

function byLength(example: Example): Prediction {
  const { id, text: own } = example as Extract<Example, { kind: 'classification' }>;
  if (own.includes('endless')) return { id, unreadable: "longer than the model's context" };
  const label = own.length > 10 ? 'long' : 'short';
  const scores = { long: label === 'long' ? 0.75 : 0.25, short: label === 'long' ? 0.25 : 0.75 };
  return { id, label, text: label, scores };
}

async function refusal(options: PredictOptions, model = fakeModel()): Promise<AttuneError> {
  const error: unknown = await answerRows(model, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AttuneError);
  return error as AttuneError;
}

describe('rows that are answered', () => {
  it('are asked with the system message of all training rows', async () => {
    const description: PredictorDescription = { task: 'causal-lm', answers: 'text', isChat: true, shapes: [] };
    const asked: Example[] = [];
    const answer = (examples: readonly Example[]) => {
      asked.push(...examples);
      return Promise.resolve(examples.map(({ id }) => ({ id, text: 'Yes.' })));
    };
    const model = { description, answer, close: () => Promise.resolve() };
    const rows = ['Hi', { messages: [{ role: 'user', content: 'Hi' }] }];
    await answerRows(new RowAnswerer(model, 'runs/chat', { form: 'chat', systemPrompt: 'Be kind.' }), { input: rows });
    await answerRows(new RowAnswerer(model, 'runs/chat'), { input: rows });
    const roles = asked.map((row) => row.kind === 'chat' && row.messages.map(({ role }) => role).join(' '));
    expect(roles).toEqual(['system user assistant', 'system user assistant', 'user assistant', 'user assistant']);
  });

  it('are files for a model of images, which reads no words', async () => {
    const error = await refusal({ text: ['circle'] }, fakeModel({ media: 'image', shapes: [] }));
    expect([error.code, error.what]).toEqual(['E_WRONG_ROWS', 'The model reads images, not texts']);
  });

  it('keep their columns, without the answers’ column, in any order, with a BOM and semicolons', async () => {
    const input = put('new.csv', '\ufeffid;body;subject\n7;"two\nlines; ""quoted""";Hi\n8;x;\n');
    const result = await answerRows(fakeModel(), { input, output: path('new-out.csv') });
    expect(result).toMatchObject({ rows: 2, bad: 0, renamed: {}, available: 2 });
    expect(text('new-out.csv')).toBe(
      'id,body,subject,prediction,probability,error\n7,"two\nlines; ""quoted""",Hi,long,0.75,\n8,x,,short,0.75,\n',
    );
  });

  it('are written as JSON lines with their values as they were, and the likeliest classes', async () => {
    const input = put('rows.jsonl', '{"subject":"a","body":"b","n":{"deep":[1]}}\n');
    await answerRows(fakeModel(), { input, output: path('rows-out.jsonl'), topK: 1, probabilities: true });
    expect(JSON.parse(text('rows-out.jsonl'))).toEqual({
      subject: 'a',
      body: 'b',
      n: { deep: [1] },
      prediction: 'short',
      probability: 0.75,
      top: [{ label: 'short', probability: 0.75 }],
      probabilities: { short: 0.75, long: 0.25 },
    });
  });

  it('get a column for each class in a table, and columns of all rows, whichever has them', async () => {
    const input = put('some.jsonl', '{"subject":"a","body":"b"}\n{"subject":"a","body":"b","late":[1,2]}\n');
    await answerRows(fakeModel(), { input, output: path('some.tsv'), topK: 1, probabilities: true });
    expect(text('some.tsv').split('\n').slice(0, 3)).toEqual([
      'subject\tbody\tlate\tprediction\tprobability\ttop_1\ttop_1_probability\tprobability_long\tprobability_short\terror',
      'a\tb\t\tshort\t0.75\tshort\t0.75\t0.25\t0.75\t',
      'a\tb\t1|2\tshort\t0.75\tshort\t0.75\t0.25\t0.75\t',
    ]);
  });

  it('keep a column that is called as what is added, and the other name is told', async () => {
    const input = put('taken.csv', 'subject,body,prediction\na,b,mine\n');
    const warnings: unknown[] = [];
    const onEvent: PredictOptions['onEvent'] = (event) => event.type === 'warning-raised' && warnings.push(event.code);
    const result = await answerRows(fakeModel(), { input, output: path('taken-out.csv'), onEvent });
    expect([result.renamed, warnings]).toEqual([{ prediction: 'prediction_2' }, ['W_COLUMN_TAKEN']]);
    expect(text('taken-out.csv')).toBe(
      'subject,body,prediction,prediction_2,probability,error\na,b,mine,short,0.75,\n',
    );
  });

  it('say what is wrong with them in place of an answer, whoever finds it', async () => {
    const input = put('bad.csv', 'subject,body\na,b\n,\nendless,b\na,b,c\n');
    const result = await answerRows(fakeModel(), { input, output: path('bad-out.csv') });
    expect([result.rows, result.bad]).toEqual([4, 3]);
    expect(result.problems.map(({ line, message }) => [line, message])).toEqual([
      [3, 'is missing'],
      [4, "longer than the model's context"],
      [5, 'the row has 3 cells, the header 2'],
    ]);
    expect(text('bad-out.csv').split('\n')).toEqual([
      'subject,body,prediction,probability,error',
      'a,b,short,0.75,',
      ',,,,subject + body is missing',
      "endless,b,,,longer than the model's context",
      expect.stringMatching(/^,,,,".*bad.csv:5: the row has 3 cells, the header 2"$/),
      '',
    ]);
  });

  it('are all refused where one is bad and that is wanted, or where none is good; nothing is written then', async () => {
    const input = put('strict.csv', 'subject,body\na,b\n,\n');
    const strict = await refusal({ input, output: path('strict-out.csv'), strict: true });
    expect([strict.code, strict.what, strict.problems.length]).toEqual([
      'E_BAD_ROWS',
      '1 of 2 rows cannot be answered',
      1,
    ]);
    const none = await refusal({ input: put('none.csv', 'subject,body\n,\n'), output: path('strict-out.csv') });
    expect([none.code, none.problems[0].field]).toEqual(['E_BAD_ROWS', 'subject + body']);
    expect(readdirSync(folder).filter((name) => name.startsWith('strict-out'))).toEqual([]);
  });

  it('are counted whole where only the first of many bad ones are listed', async () => {
    const good = { subject: 'Hi', body: 'x' };
    const many = Array.from({ length: 1250 }, (_, i) => (i === 0 ? good : { subject: 'Hi', body: 'endless' }));
    const warnings: unknown[] = [];
    const onEvent = (event: RunEvent) => event.type === 'warning-raised' && warnings.push(event);
    const { bad } = await answerRows(fakeModel(), { input: many, onEvent });
    expect(bad).toBe(1249);
    expect(warnings).toMatchObject([{ code: 'W_BAD_ROWS', problemCount: 1249 }]);
    const error = await refusal({ input: many.slice(1) });
    expect(error).toMatchObject({ what: '1,249 of 1,249 rows cannot be answered', problemCount: 1249 });
    expect(error.problems.length).toBe(200);
  });

  it('are read by the columns that are named, and by the format’s own', async () => {
    const named = put('named.csv', 'kopf,text\na,a long text it is\n');
    const columns = { text: ['kopf', 'text'] };
    expect((await answerRows(fakeModel(), { input: named, columns })).answers).toMatchObject([{ prediction: 'long' }]);
    const own = put('own.csv', 'text,label\na long text it is,\n');
    expect((await answerRows(fakeModel(), { input: own })).answers).toMatchObject([
      { text: 'a long text it is', label: '', prediction: 'long', probabilities: { long: 0.75, short: 0.25 } },
    ]);
  });

  it('are refused with other columns, by the names of those that are expected and of those that look like them', async () => {
    const near = await refusal({ input: put('near.csv', 'subject,boddy\na,b\n') });
    expect([near.code, near.problems]).toMatchObject([
      'E_BAD_COLUMNS',
      [{ message: 'no column "body"', fix: 'did you mean "boddy"?' }],
    ]);
    const far = await refusal({ input: put('far.csv', 'a,b\n1,2\n') });
    expect(far.problems.map(({ message }) => message)).toEqual(['no column "subject"', 'no column "body"']);
    const wrong = await refusal({ input: put('far.csv', 'a,b\n1,2\n'), columns: { text: 'c' } });
    expect([wrong.code, wrong.problems[0].message]).toEqual(['E_BAD_COLUMNS', 'no column "c"']);
  });

  it.each([
    ['no rows', { input: 'empty.csv' }, 'E_NO_ROWS'],
    ['an empty file', { input: 'zero.csv' }, 'E_NO_ROWS'],
    ['no file', { input: 'nothing.csv' }, 'E_FILE_MISSING'],
    ['a folder without rows', { input: 'folder' }, 'E_NO_FILES'],
    ['another kind of file to write', { input: 'far.csv', output: 'out.xlsx' }, 'E_OUTPUT_KIND'],
    ['the input as the file to write', { input: 'far.csv', output: 'far.csv' }, 'E_USAGE'],
    ['neither rows nor files', {}, 'E_USAGE'],
    ['a threshold of a label that is not there', { input: 'near.csv', threshold: { tall: 0.5 } }, 'E_THRESHOLD'],
  ])('are refused: %s', async (_, options, code) => {
    put('empty.csv', 'subject,body\n');
    put('zero.csv', '');
    put('far.csv', 'a,b\n1,2\n');
    put('near.csv', 'subject,boddy\na,b\n');
    mkdirSync(path('folder'), { recursive: true });
    const absolute = Object.fromEntries(
      Object.entries(options).map(([key, value]) => [key, typeof value === 'string' ? path(value) : value]),
    );
    expect((await refusal(absolute)).code).toBe(code);
  });

  it('come from memory as well: texts, rows and what is neither, in their order', async () => {
    const rows = ['short', { subject: 'a', body: 'a long body' }, 'a text that is long', 7 as unknown as string];
    const { answers, bad } = await answerRows(fakeModel(), { input: rows });
    expect(bad).toBe(1);
    expect(answers).toMatchObject([
      { text: 'short', prediction: 'short' },
      { subject: 'a', prediction: 'long' },
      { prediction: 'long' },
      { prediction: null, error: 'rows:4: the row is the number 7, not an object' },
    ]);
  });
});

describe('thresholds', () => {
  const input = () => put('limit.csv', 'subject,body\na,b\n');
  it('of two labels: in place of the likeliest, or of the one that was chosen', async () => {
    const given = async (threshold?: PredictOptions['threshold'], thresholds?: Record<string, number>) =>
      (await answerRows(fakeModel({ thresholds }), { input: input(), threshold })).answers![0];
    expect(await given(0.8)).toMatchObject({ prediction: 'long', probability: 0.25 });
    expect(await given({ long: 0.2 })).toMatchObject({ prediction: 'long' });
    expect(await given(0.3, { long: 0.9 })).toMatchObject({ prediction: 'short' });
  });

  it('of any number of labels, one by one or of all', async () => {
    const several = (example: Example): Prediction => ({ ...byLength(example), label: undefined, labels: ['short'] });
    const given = async (threshold?: PredictOptions['threshold']) =>
      (await answerRows(fakeModel({ answers: 'labels' }, several), { input: input(), threshold })).answers![0];
    expect(await given()).toMatchObject({ prediction: ['short'], probability: [0.75] });
    expect(await given({ long: 0.2 })).toMatchObject({ prediction: ['long', 'short'], probability: [0.25, 0.75] });
    expect(await given(0.9)).toMatchObject({ prediction: [], probability: [] });
  });
});

describe('any number of rows', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  it('takes the same memory', async () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => `subject ${i},body ${i}\n`);
    const input = put('many.csv', `subject,body\n${rows.splice(0).join('')}`);
    const used: number[] = [];
    let answered = 0;
    const measured = (example: Example): Prediction => {
      if (++answered % 25_000 === 0) {
        collect();
        used.push(process.memoryUsage().heapUsed / 2 ** 20);
      }
      return byLength(example);
    };
    const result = await answerRows(fakeModel({}, measured), { input, output: path('many-out.csv') });
    expect([result.rows, result.answers]).toEqual([100_000, undefined]);
    expect(text('many-out.csv').split('\n').length).toBe(100_002);
    expect(used.at(-1)! - used[0], `MiB after each quarter: ${used.join(', ')}`).toBeLessThan(4);
  }, 60_000);

  it('that is stopped keeps what is answered in a file of its own', async () => {
    const input = put('stop.csv', `subject,body\n${'a,b\n'.repeat(3000)}`);
    const controller = new AbortController();
    let answered = 0;
    const stopping = (example: Example): Prediction => {
      if (++answered === 1500) controller.abort(new AttuneError('E_STOPPED', { what: 'Stopped' }));
      return byLength(example);
    };
    const { signal } = controller;
    const error = await refusal({ input, output: path('stop-out.csv'), signal }, fakeModel({}, stopping));
    expect([error.code, error.got]).toEqual([
      'E_STOPPED',
      expect.stringMatching(/^1,536 of 3,000 rows, which are in .*stop-out\.partial\.csv$/),
    ]);
    expect(text('stop-out.partial.csv').split('\n').length).toBe(1538);
    expect(readdirSync(folder).filter((name) => name.startsWith('stop-out'))).toEqual(['stop-out.partial.csv']);
  });
});
