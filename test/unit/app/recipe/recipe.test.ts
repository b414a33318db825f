import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  defineRecipe,
  placeProblems,
  recipeKeys,
  resolveRecipe,
  resolveRecipeFile,
} from '../../../../src/app/recipe/index.ts';
import { AttuneError, type Problem } from '../../../../src/base/errors.ts';

const minimal = { model: 'base', data: { train: 'tickets.jsonl' } };

/** Problems of a recipe that must be rejected. */
async function problemsOf(input: Parameters<typeof resolveRecipe>[0], options = {}): Promise<readonly Problem[]> {
  const error = await resolveRecipe(input, options).then(
    () => expect.fail('the recipe was accepted'),
    (error: AttuneError) => error,
  );
  expect(error.code).toBe('E_RECIPE');
  return error.problems;
}

async function problemOf(input: Parameters<typeof resolveRecipe>[0], options = {}): Promise<Problem> {
  const problems = await problemsOf(input, options);
  expect(problems).toHaveLength(1);
  return problems[0];
}

let folder: string;
const startFolder = process.cwd();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-recipe-'));
  process.chdir(folder);
});
afterAll(() => process.chdir(startFolder));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

describe('a resolved recipe', () => {
  it('has every default that the conventions name', async () => {
    const recipe = await resolveRecipe(minimal);
    expect(recipe.data).toMatchObject({
      validation: 0.1,
      test: 0.1,
      max_length: 1024,
      long_rows: 'fail',
      packing: true,
    });
    expect(recipe.tuning).toMatchObject({ method: 'lora', r: 16, alpha: 32, dropout: 0, target_modules: 'all-linear' });
    const loss = { loss_type: 'nll', label_smoothing: 0, beta: 0.1, first_betas: [0.5, 2, 2, 2, 2] };
    const near = { kl_to_base: 0, first_kl_to_base: null, first_tokens: 5 };
    expect(recipe.objective).toEqual({ name: 'sft', train_on: 'answers', ...loss, ...near });
    expect(recipe.training).toMatchObject({
      epochs: null,
      learning_rate: null,
      batch_size: null,
      warmup_ratio: 0.03,
      seed: 42,
    });
    expect(recipe.training.optimizer).toEqual({
      name: 'adamw',
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      amsgrad: false,
      decoupled_weight_decay: true,
    });
    expect(recipe.output_dir).toBe('runs/tickets');
  });

  it('is plain JSON and resolves to itself', async () => {
    const inputs = [
      minimal,
      { ...minimal, tuning: 'full', report_to: 'none', training: { warmup_steps: 5 } },
      { ...minimal, data: { train: ['a.jsonl', { path: 'b.csv', weight: 2 }], validation: 'v.jsonl' } },
    ];
    for (const input of inputs) {
      const recipe = await resolveRecipe(input as typeof minimal);
      expect(JSON.parse(JSON.stringify(recipe))).toEqual(recipe);
      expect(await resolveRecipe(recipe)).toEqual(recipe);
    }
  });

  it('leaves the learning rate to trials where it is auto', async () => {
    expect((await resolveRecipe({ ...minimal, training: { learning_rate: 'auto' } })).training.learning_rate).toBe(
      'auto',
    );
    expect((await resolveRecipe(minimal, { flags: { 'learning-rate': 'auto' } })).training.learning_rate).toBe('auto');
  });

  it('takes short forms', async () => {
    const recipe = await resolveRecipe('{model: m, data: rows.csv, tuning: full, objective: pretrain, storage: dense}');
    expect(recipe).toMatchObject({
      tuning: { method: 'full' },
      objective: { name: 'pretrain' },
      storage: { name: 'dense' },
    });
    expect(recipe.data.train).toEqual([{ path: 'rows.csv', weight: null, format: null, columns: null }]);
  });

  it('lets a method set what depends on it, unless given', async () => {
    const items = { ...minimal, objective: 'bpr', tuning: 'full' } as const;
    expect((await resolveRecipe(items)).training).toMatchObject({ learning_rate: 1e-2, epochs: 30 });
    const own = await resolveRecipe({ ...items, training: { learning_rate: 1e-3 } });
    expect(own.training.learning_rate).toBe(1e-3);
    const { tuning } = await resolveRecipe({ ...minimal, tuning: { method: 'lora', r: 4 } });
    expect(tuning).toMatchObject({ r: 4, alpha: 8 });
  });

  it('is typed by the chosen method', () => {
    const typed = {
      ...minimal,
      tuning: { method: 'lora', r: 4 },
      objective: { name: 'sft', train_on: 'all' },
    } as const;
    expect(defineRecipe(typed)).toBe(typed);
    // @ts-expect-error full has no rank
    defineRecipe({ ...minimal, tuning: { method: 'full', r: 4 } });
    // @ts-expect-error unknown key
    defineRecipe({ ...minimal, epochs: 4 });
  });
});

describe('a bad recipe', () => {
  it('says what a size looks like', async () => {
    for (const value of ['3XB', '', 0, true]) {
      const { message } = await problemOf({ ...minimal, training: { max_memory: value as string } });
      expect(message).toContain('a size such as 4GiB or 800MB');
    }
  });

  it('reports all problems at once, each with its line', async () => {
    const text = [
      'data:',
      '  train: [a.jsonl, {path: b.jsonl, wieght: 2}]',
      '  max_lenght: 5',
      'tuning: {method: lora, r: "16", alhpa: 3}',
      'objective: ssft',
      'training:',
      '  epochs: three',
      '  scheduler: cosin',
      '  micro_batch_tokens: big',
      'evaluation: {every: daily, patience: 0}',
    ].join('\n');
    const problems = await problemsOf(text, { file: 'bad.yaml' });
    const found = problems.map(({ line, field, fix }) => [line, field, fix ?? '']);
    expect(found).toEqual([
      [undefined, 'model', 'add model: FOLDER|NAME'],
      [2, 'data.train[1].wieght', 'did you mean weight?'],
      [3, 'data.max_lenght', 'did you mean data.max_length?'],
      [4, 'tuning.alhpa', 'did you mean tuning.alpha?'],
      [4, 'tuning.r', 'remove the quotes'],
      [5, 'objective', 'did you mean sft?'],
      [7, 'training.epochs', ''],
      [8, 'training.scheduler', 'did you mean cosine?'],
      [9, 'training.micro_batch_tokens', ''],
      [10, 'evaluation.every', ''],
      [10, 'evaluation.patience', ''],
    ]);
    expect(problems.every((problem) => problem.line === undefined || problem.file === 'bad.yaml')).toBe(true);
  });

  it.each(['int8_forward', 'int8_switchback'])('refuses to round weights once that move, for %s', async (storage) => {
    for (const tuning of ['full', 'freeze'] as const) {
      const problem = await problemOf({ ...minimal, tuning, storage });
      expect(problem).toMatchObject({ field: 'storage', fix: 'choose tuning: lora, or storage: dense' });
    }
    expect((await resolveRecipe({ ...minimal, tuning: 'lora', storage })).storage).toEqual({ name: storage });
  });

  it('says where a misplaced key belongs', async () => {
    const problem = await problemOf({ ...minimal, evaluation: { learning_rate: 1 } } as never);
    expect(problem).toMatchObject({ field: 'evaluation.learning_rate', fix: 'it belongs at training.learning_rate' });
  });

  it('refuses an option of another method', async () => {
    const problem = await problemOf({ ...minimal, tuning: { method: 'full', r: 4 } } as never);
    expect(problem.message).toBe('is not an option of tuning full');
    expect(problem.fix).toContain('lora');
  });

  it('refuses two settings that exclude each other', async () => {
    const problem = await problemOf({ ...minimal, training: { warmup_ratio: 0.1, warmup_steps: 10 } });
    expect(problem.field).toBe('training.warmup_steps');
  });

  it('refuses metrics and sinks that do not exist', async () => {
    const problems = await problemsOf({
      ...minimal,
      evaluation: {
        metrics: [
          'exact_mach',
          'category:acuracy',
          { metric: 'bleuu' },
          './own.ts#metric',
          { name: 'record', mean: ['rouge_l', { metric: 'chrff', field: 'summary' }] },
          'chrf',
        ],
      },
      report_to: ['tensorbord'],
    });
    expect(problems.map(({ field, fix }) => [field, fix])).toEqual([
      ['report_to', 'did you mean tensorboard?'],
      ['evaluation.metrics', 'did you mean exact_match?'],
      ['evaluation.metrics', 'did you mean accuracy?'],
      ['evaluation.metrics', 'did you mean bleu?'],
      ['evaluation.metrics', 'did you mean chrf?'],
      ['evaluation.metrics', 'give the path relative to the folder where attune runs'],
    ]);
  });

  it('survives names of object members', async () => {
    const problems = await problemsOf(
      '{model: m, data: x, constructor: 1, __proto__: {a: 1}, training: {toString: 2}}',
    );
    expect(problems.map(({ field }) => field)).toEqual(['constructor', '__proto__', 'training.toString']);
  });

  it('of a newer version is refused', async () => {
    const problem = await problemOf({ ...minimal, version: 2 } as never);
    expect(problem).toMatchObject({ field: 'version', message: expect.stringContaining('must be 1') });
  });
});

describe('flags', () => {
  const resolve = (flags: Record<string, unknown>) => resolveRecipe({ ...minimal, training: { epochs: 9 } }, { flags });

  it('win over the file, by leaf name or dotted path, in snake_case or kebab-case', async () => {
    const recipe = await resolve({ epochs: '2', 'learning-rate': '1e-4', 'tuning.r': '4', 'evaluation.every': '50' });
    expect(recipe.training).toMatchObject({ epochs: 2, learning_rate: 1e-4 });
    expect(recipe.tuning).toMatchObject({ r: 4 });
    expect(recipe.evaluation.every).toBe(50);
  });

  it('are read as their key needs them', async () => {
    const recipe = await resolve({
      output_dir: '2024',
      packing: 'false',
      target_modules: 'q_proj,v_proj',
      report_to: '[]',
    });
    expect(recipe.output_dir).toBe('2024');
    expect(recipe.data.packing).toBe(false);
    expect(recipe.tuning).toMatchObject({ target_modules: ['q_proj', 'v_proj'] });
    expect(recipe.report_to).toEqual([]);
  });

  it('keep a regular expression whole', async () => {
    const pattern = String.raw`model\.layers\.(1|2)\..{1,3}_proj`;
    expect((await resolve({ target_modules: pattern })).tuning).toMatchObject({ target_modules: pattern });
  });

  it('that are unknown name the nearest', async () => {
    const problem = await problemOf(minimal, { flags: { 'learning-rte': '1' } });
    expect(problem).toEqual({
      field: '--learning-rte',
      message: 'is not a known setting',
      fix: 'did you mean --learning_rate?',
    });
  });

  it('are options of the methods that are chosen, where others have one of that name', async () => {
    expect((await resolve({ r: '2' })).tuning).toMatchObject({ method: 'lora', r: 2 });
    const written = { tuning: 'ia3', optimizer: 'schedule_free', r: '0.5' };
    expect((await resolve(written)).training.optimizer).toMatchObject({ name: 'schedule_free', r: 0.5 });
    const problem = await problemOf(minimal, { flags: { optimizer: 'schedule_free', r: '2' } });
    expect(problem.fix).toBe('write --tuning.r or --training.optimizer.r');
  });

  it('that could mean several settings ask for the dotted path', async () => {
    const problem = await problemOf(minimal, { flags: { every: '3' } });
    expect(problem.fix).toBe('write --evaluation.every or --checkpoints.every');
  });

  it('do not meet their value in the file as a conflict', async () => {
    const recipe = await resolveRecipe('{model: m, data: x, training: {warmup_ratio: 0.2}}', {
      flags: { warmup_steps: '7' },
    });
    expect(recipe.training).toMatchObject({ warmup_steps: 7, warmup_ratio: 0 });
  });
});

describe('recipe files', () => {
  it('may be YAML, JSON with tabs, or TypeScript', async () => {
    const yaml = file('a.yaml', 'model: m\ndata: rows.jsonl\ntraining: {learning_rate: 2e-4}\n');
    const json = file('a.json', '{\n\t"model": "m",\n\t"data": "rows.jsonl",\n\t"learning_rate": 2e-4\n}');
    const program = file(
      'a.ts',
      `const model: string = 'm';\nexport default { model, data: 'rows.jsonl', training: { learning_rate: 2e-4 } };`,
    );
    const [first, ...others] = await Promise.all([yaml, json, program].map((name) => resolveRecipeFile(name)));
    expect(first.output_dir).toBe('runs/a');
    for (const other of others) expect(other).toEqual(first);
  });

  it('with broken syntax name the line', async () => {
    const broken = file('broken.yaml', 'model: m\nmodel: n\ndata: "rows\n');
    const error = await resolveRecipeFile(broken).catch((error: AttuneError) => error);
    expect(error).toMatchObject({ code: 'E_RECIPE_SYNTAX' });
    expect((error as AttuneError).problems.map(({ line }) => line)).toContain(2);
  });

  it('with language-specific tags, other bytes or other endings are refused', async () => {
    const tagged = file('tagged.yaml', 'model: !!python/object x\ndata: y\n');
    await expect(resolveRecipeFile(tagged)).rejects.toMatchObject({ code: 'E_RECIPE_SYNTAX' });
    writeFileSync(join(folder, 'latin.yaml'), Buffer.from([0x6d, 0x3a, 0x20, 0xff]));
    await expect(resolveRecipeFile('latin.yaml')).rejects.toMatchObject({ code: 'E_RECIPE_SYNTAX' });
    await expect(resolveRecipeFile(file('rows.jsonl', '{}'))).rejects.toMatchObject({ code: 'E_RECIPE_FORMAT' });
    await expect(resolveRecipeFile('none.yaml')).rejects.toMatchObject({ code: 'E_RECIPE_MISSING' });
  });
});

describe('a chat template in a recipe', () => {
  const withTemplate = (chat_template: string) => ({ ...minimal, data: { ...minimal.data, chat_template } });

  it('is hashed where it is a file, and must not change under a stored recipe', async () => {
    const template = file('mine.jinja', '{{ messages }}');
    const recipe = await resolveRecipe(withTemplate(template));
    expect(recipe.references).toEqual({ [template]: expect.stringMatching(/^sha256:/) });
    expect(await resolveRecipe(recipe)).toEqual(recipe);
    file('mine.jinja', '{{ messages | tojson }}');
    expect(await problemOf(recipe)).toMatchObject({
      field: 'data.chat_template',
      message: expect.stringContaining('has changed'),
    });
  });

  it('is a name otherwise', async () => {
    const recipe = await resolveRecipe(withTemplate('tool_use'));
    expect(recipe.data.chat_template).toBe('tool_use');
    expect(recipe.references).toEqual({});
  });
});

describe('functions in a recipe', () => {
  const withFormat = (format: unknown) => ({ ...minimal, data: { ...minimal.data, format } }) as never;

  it('are references whose code is hashed, imports included', async () => {
    file('part.ts', 'export const one = 1;');
    file('rows.ts', `import { one } from './part.ts';\nexport const toRow = () => one;`);
    const reference = './rows.ts#toRow';
    const recipe = await resolveRecipe(withFormat(reference));
    expect(recipe.references).toEqual({ [reference]: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    expect(await resolveRecipe(recipe)).toEqual(recipe);
    file('part.ts', 'export const one = 2;');
    const problem = await problemOf(recipe);
    expect(problem).toMatchObject({ field: 'data.format', message: expect.stringContaining('has changed') });
  });

  it('are refused as closures, with the advice to export them', async () => {
    const problem = await problemOf(withFormat(() => 1));
    expect(problem).toMatchObject({ field: 'data.format', fix: expect.stringContaining('./file.ts#name') });
  });

  it('must exist', async () => {
    expect((await problemOf(withFormat('./none.ts#f'))).message).toContain('does not point to a file');
  });
});

describe('the keys', () => {
  it('all have a description and a form', async () => {
    for (const key of (await recipeKeys()).all) {
      expect(key.description, key.path).not.toBe('');
      expect(key.shown, key.path).not.toBe('');
    }
  });
});

describe('what a run finds wrong with its recipe', () => {
  const found = (field: string) =>
    new AttuneError('E_NOTHING_FROZEN', {
      what: 'Nothing',
      problems: [{ field, message: 'is wrong', fix: 'mend it' }],
    });

  it('is shown where the user wrote it', async () => {
    const path = file('lines.yaml', 'model: base\ndata: { train: rows.jsonl }\ntraining:\n  cache_frozen: true\n');
    const placed = async (error: unknown, flags = {}) => placeProblems(error, path, flags);
    expect(await placed(found('training.cache_frozen'))).toMatchObject({
      code: 'E_NOTHING_FROZEN',
      problems: [{ file: path, line: 4, field: 'training.cache_frozen', message: 'is wrong', fix: 'mend it' }],
    });
    expect(await placed(found('training.cache_frozen'), { 'cache-frozen': true })).toMatchObject({
      problems: [{ field: '--cache-frozen' }],
    });
    for (const error of [found('training.epochs'), new Error('another')])
      expect(await placed(error)).toMatchObject(error);
    expect(await placeProblems(found('training.cache_frozen'), 'gone.yaml', {})).toMatchObject({ problems: [{}] });
  });
});
