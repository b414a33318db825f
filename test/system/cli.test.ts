import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyModel } from './cli-tiny-model.ts';
import { CommandHost } from './command-host/command-host.ts';

const bin = resolve('bin/attune');
let folder: string;
let env: NodeJS.ProcessEnv;
let host: CommandHost;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attune-cli-'));
  const { NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...rest } = process.env;
  env = { ...rest, ATTUNE_HOME: join(folder, 'home') };
  const rows = Array.from({ length: 40 }, (_, index) => ({
    messages: [
      { role: 'user', content: `Where is parcel ${index * 37}?` },
      { role: 'assistant', content: `Parcel ${index * 37} is on its way.` },
    ],
    customer_id: index % 7,
  }));
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  writeFileSync(join(folder, 'tickets.jsonl'), `${text}\n`);
  await writeTinyModel(join(folder, 'model'), text);
  host = new CommandHost(env);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs in the command host: most tests check the output and files of a command, not its process. */
const hosted = (...argv: string[]) => host.run({ argv, folder });

function attune(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(bin, argv, { cwd: folder, env, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

describe('attune', () => {
  it('prints no colour into a pipe, and survives a reader that goes away', () => {
    expect(attune('train', '--help').stdout).not.toContain('\u001B');
    const { status, stderr } = spawnSync('sh', ['-c', `"${bin}" train --help | head -1`], { env, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('tells mistakes of the user by exit code 1 and one JSON document', () => {
    writeFileSync(join(folder, 'bad.yaml'), 'model: model\ndata: tickets.jsonl\ntraining: {epochs: x, sed: 1}\n');
    const { code, stdout } = attune('train', 'bad.yaml', '--json');
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout) as { error: { code: string; problems: { line: number }[] } };
    expect(error.code).toBe('E_RECIPE');
    expect(error.problems.map(({ line }) => line)).toEqual([3, 3]);
    expect(attune('tran').code).toBe(1);
  });
});

describe('attune models show', () => {
  it('describes a model by its files, and refuses pickles', () => {
    const { stdout } = hosted('models', 'show', 'model', '--json');
    const expected = {
      kind: 'model',
      modelType: 'llama',
      layers: 1,
      maxLength: 256,
      dtypes: ['f32'],
      hasTokenizer: true,
    };
    expect(JSON.parse(stdout)).toMatchObject(expected);
    mkdirSync(join(folder, 'pickled'));
    writeFileSync(join(folder, 'pickled/config.json'), '{"model_type": "llama"}');
    writeFileSync(join(folder, 'pickled/pytorch_model.bin'), '');
    expect(hosted('models', 'show', 'pickled').stderr).toContain('E_PICKLE_WEIGHTS');
  });
});

describe('attune init', () => {
  it('writes a recipe that data inspect reads', () => {
    const init = hosted('init', 'tickets.jsonl', '--yes', '--model', 'model', '--group-by', 'customer_id', '--json');
    expect(JSON.parse(init.stdout)).toMatchObject({ recipe: 'tickets.yaml', format: 'messages', objective: 'sft' });
    const inspect = hosted('data', 'inspect', 'tickets.yaml', '--rows', '2', '--json');
    const result = JSON.parse(inspect.stdout) as { rows: { pieces: { text: string; trained: boolean }[] }[] };
    const trained = result.rows.map(({ pieces }) => pieces.filter((piece) => piece.trained).map(({ text }) => text));
    expect(trained).toHaveLength(2);
    for (const [answer] of trained) expect(answer).toMatch(/^Parcel \d+ is on its way\.<\|im_end\|>$/);
  });

  it('does not replace a recipe unasked', () => {
    writeFileSync(join(folder, 'mine.yaml'), 'mine');
    const { code, stderr } = hosted('init', 'tickets.jsonl', '--yes', '--output', 'mine.yaml');
    expect(code).toBe(1);
    expect(stderr).toContain('E_RECIPE_EXISTS');
    expect(readFileSync(join(folder, 'mine.yaml'), 'utf8')).toBe('mine');
  });

  it('shows the rows of data alone, with marks where there are no colours', () => {
    const { stdout } = hosted('data', 'inspect', 'tickets.jsonl', '--model', 'model', '--rows', '1');
    expect(stdout).toMatch(/⟦Parcel \d+ is on its way\.<\|im_end\|>⟧/);
    expect(stdout).toContain('because of column messages');
  });
});

describe.skipIf(!existsSync('build/attune.node'))('attune train', () => {
  const settings = ['--model', 'model', '--train', 'tickets.jsonl', '--max_length', '200', '--learning-rate', '1e-3'];

  it('with --dry-run tries everything and leaves nothing behind', () => {
    const { code, stderr } = hosted('train', ...settings, '--dry-run', '--output_dir', 'dry/run');
    expect(code).toBe(0);
    expect(stderr).toContain('learning_rate: 0.001');
    expect(stderr).toMatch(/✓ preflight memory/);
    expect(existsSync(join(folder, 'dry'))).toBe(false);
  });

  it('prints its outcome as JSON, and the run is then known by name', () => {
    const train = attune('train', ...settings, '--max_steps', '3', '--output_dir', 'runs/first', '--json');
    expect(train.code).toBe(0);
    expect(JSON.parse(train.stdout)).toMatchObject({ outcome: 'finished', step: 3, result: expect.any(String) });
    expect(readdirSync(join(folder, 'runs/first'))).toEqual(expect.arrayContaining(['recipe.json', 'adapter']));
    const { runs } = JSON.parse(hosted('runs', 'list', '--json').stdout) as { runs: { name: string }[] };
    expect(runs.map(({ name }) => name)).toEqual(['first']);
    expect(JSON.parse(hosted('runs', 'show', 'first', '--json').stdout)).toMatchObject({ status: 'finished', step: 3 });
    expect(JSON.parse(hosted('models', 'show', 'runs/first', '--json').stdout)).toMatchObject({ kind: 'adapter' });
    const { models } = JSON.parse(hosted('models', 'list', '--json').stdout) as { models: { kind: string }[] };
    expect(models.map(({ kind }) => kind).toSorted()).toEqual(['adapter', 'base']);
    expect(hosted('train', ...settings, '--output_dir', 'runs/first').stderr).toContain('E_RUN_EXISTS');
    const changed = hosted('train', ...settings, '--max_steps', '4', '--output_dir', 'runs/first', '--resume');
    expect(changed.stderr).toContain('E_RECIPE_CHANGED');
  });

  it('goes on in the background, can be stopped and resumed from elsewhere', () => {
    const long = ['--max_steps', '2000', '--checkpoints.every', '5', '--evaluation.every', 'never'];
    const start = attune('train', ...settings, ...long, '--output_dir', 'runs/long', '--detach', '--json');
    expect(JSON.parse(start.stdout)).toMatchObject({ outcome: 'detached' });
    const stop = hosted('runs', 'stop', 'runs/long', '--json');
    expect(JSON.parse(stop.stdout)).toMatchObject({ status: 'stopped' });
    expect(hosted('runs', 'stop', 'runs/long').stderr).toContain('E_RUN_NOT_RUNNING');
    const path = join(folder, 'runs/long');
    const resumed = host.run({ argv: ['runs', 'resume', path, '--detach', '--json'], folder: '/' });
    expect(JSON.parse(resumed.stdout)).toMatchObject({ outcome: 'detached', folder: path });
    expect(hosted('runs', 'stop', 'long', '--json').code).toBe(0);
  });

  it('saves and stops at Ctrl-C, and says how to go on', async () => {
    const argv = ['train', ...settings, '--max_steps', '100000', '--output_dir', 'runs/stopped'];
    const child = spawn(bin, argv, { cwd: folder, env });
    let stderr = '';
    const closed = new Promise<number | null>((done) => child.on('close', done));
    for await (const chunk of child.stderr) {
      stderr += String(chunk);
      if (stderr.includes('validation after step 4:') && !child.killed) child.kill('SIGINT');
    }
    expect(await closed).toBe(1);
    expect(stderr).toContain('attune runs resume');
    expect(readdirSync(join(folder, 'runs/stopped/checkpoints')).length).toBeGreaterThan(0);
  });
});
