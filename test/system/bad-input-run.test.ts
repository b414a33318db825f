import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';
import { countWholeFiles } from './whole-files.ts';

let bench: BadInputBench;
beforeAll(async () => {
  bench = await BadInputBench.make();
});
afterAll(() => bench.remove());

const hasEngine = existsSync('build/attune.node');
const endless = ['--epochs', '30000', '--max-steps', '100000', '--checkpoints.every', '2'];

/** Starts a run in its own process group and waits until it has saved something. */
async function startRun(output: string, ...more: string[]): Promise<ChildProcess> {
  const argv = [...bench.train({}, ...endless, '--output-dir', output), ...more];
  const child = spawn(bench.bin, argv, { cwd: bench.folder, env: bench.env, stdio: 'ignore', detached: true });
  const before = checkpoints(output).join();
  for (let i = 0; i < 1200 && child.exitCode === null; i++) {
    if (checkpoints(output).length > 0 && checkpoints(output).join() !== before) return child;
    await sleep(50);
  }
  throw new Error(`the run in ${output} has saved nothing; exit code ${child.exitCode}`);
}

function checkpoints(output: string): string[] {
  const folder = bench.path(join(output, 'checkpoints'));
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('step-')) : [];
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => child.once('exit', done));
}

describe.skipIf(!hasEngine)('a disk', () => {
  it('that cannot be written to is told before anything is done', () => {
    bench.write('file', '');
    expect(bench.failure(bench.train({}, '--output-dir', 'file/run')).code).toBe('E_NOT_WRITABLE');
    expect(bench.failure(bench.train({}, '--output-dir', 'file/run', '--dry-run')).code).toBe('E_NOT_WRITABLE');
    expect(bench.failure(bench.train({}, '--output-dir', '/proc/attune/run')).code).toMatch(/E_NOT_WRITABLE/);
  });

  const canMount = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
  // Mounting requires root; the mount exists as long as the process.
  it.skipIf(!canMount)('that is too small for the run is told by the preflight', () => {
    mkdirSync(bench.path('small'));
    const mount = `mount -t tmpfs -o size=200k tmpfs "${bench.path('small')}" && exec "$0" "$@" --json`;
    const argv = ['--mount', 'sh', '-c', mount, bench.bin, ...bench.train({}, '--output-dir', 'small/run')];
    const { status, stdout } = spawnSync('unshare', argv, { cwd: bench.folder, env: bench.env, encoding: 'utf8' });
    const { error } = JSON.parse(stdout) as { error: { code: string; fix: string } };
    expect({ status, code: error.code }).toEqual({ status: 1, code: 'E_DISK_FULL' });
    expect(error.fix).toContain('free some space');
  });
});

describe.skipIf(!hasEngine)('a run', () => {
  it('saves and stops at SIGINT, and another command goes on from there', async () => {
    const child = await startRun('interrupted');
    process.kill(child.pid!, 'SIGINT');
    expect(await ended(child)).toBe(1);
    const saved = checkpoints('interrupted');
    const { document } = bench.run(['runs', 'show', 'interrupted']);
    expect(document).toMatchObject({ status: 'stopped' });
    expect(saved).toContain(`step-${String(document.step)}`);
    expect(countWholeFiles(bench.path('interrupted'))).toBeGreaterThan(3);
    expect(bench.failure(['chat', 'interrupted']).code).toBe('E_RUN_UNFINISHED');
  });

  it('in a folder where another is at work is refused, and so is one over a finished result', async () => {
    const child = await startRun('shared');
    const error = bench.failure(bench.train({}, '--output-dir', 'shared'));
    expect(error).toMatchObject({ code: 'E_RUN_LOCKED', fix: expect.stringContaining('runs attach') });
    process.kill(child.pid!, 'SIGINT');
    expect(await ended(child)).toBe(1);
    expect(bench.failure(bench.train({}, '--output-dir', 'shared')).code).toBe('E_RUN_EXISTS');
  });
});

describe.skipIf(!hasEngine)('an adapter', () => {
  const question = { input: 'Where is parcel 37?\n' };
  const chat = (adapter: string) => ['chat', adapter, '--max-new-tokens', '2'];

  beforeAll(() => {
    bench.copy('model', 'base');
    const { code, stderr } = bench.run(
      bench.train({ model: 'base' }, '--output-dir', 'tuned', '--learning-rate', '1e-2'),
    );
    if (code !== 0) throw new Error(stderr);
  });

  it('answers on the base model that it was trained on', () => {
    // The only chat that reads a pipe; for others the command host supplies the input.
    const settings = { cwd: bench.folder, env: bench.env, encoding: 'utf8', ...question } as const;
    const { status, stdout } = spawnSync(bench.bin, [...chat('tuned'), '--json'], settings);
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { answers: unknown[] }).answers).toHaveLength(1);
  });

  it('of a base model with other shapes is refused with every tensor that does not fit', () => {
    bench.copy('tuned/adapter', 'misplaced');
    bench.edit('misplaced/adapter_config.json', { r: 8 });
    const error = bench.failure(chat('misplaced'), question);
    expect(error.code).toBe('E_ADAPTER_MISMATCH');
    expect(error.problems).toHaveLength(14);
    bench.edit('misplaced/adapter_config.json', { r: 16, target_modules: ['q_proj'] });
    expect(bench.failure(chat('misplaced'), question).problems.map(({ message }) => message)[0]).toContain('no place');
  });

  it('of a base model with the same shapes and other weights is refused by its probe', () => {
    bench.copy('tuned/adapter', 'elsewhere');
    bench.copy('base', 'other');
    const weights = readFileSync(bench.path('other/model.safetensors'));
    // The embedding: f32 values, reversed.
    const start = 8 + Number(weights.readBigUInt64LE(0));
    weights.subarray(start, start + 4 * 32 * 400).reverse();
    for (let at = start; at < start + 4 * 32 * 400; at += 4) weights.subarray(at, at + 4).reverse();
    bench.write('other/model.safetensors', weights);
    bench.edit('elsewhere/attune.json', { base_folder: bench.path('other') });
    expect(bench.failure(chat('elsewhere'), question).code).toBe('E_PROBE_MISMATCH');
  });

  it('whose chat template has changed since it was trained is refused', () => {
    bench.copy('tuned/adapter', 'retold');
    const template = bench.text('retold/chat_template.jinja');
    bench.write(
      'retold/chat_template.jinja',
      template.replace("'assistant\\n'", "'ASSISTANT\\n'").replace('assistant', 'helper'),
    );
    expect(bench.failure(chat('retold'), question).code).toBe('E_TEMPLATE_MISMATCH');
  });

  it('as pickle, or with a file that is cut off, is refused', () => {
    bench.copy('tuned/adapter', 'cut');
    const weights = readFileSync(bench.path('cut/adapter_model.safetensors'));
    bench.write('cut/adapter_model.safetensors', weights.subarray(0, weights.length - 64));
    expect(bench.failure(chat('cut'), question).code).toBe('E_SAFETENSORS_TRUNCATED');
    bench.copy('tuned/adapter', 'pickled');
    rmSync(bench.path('pickled/adapter_model.safetensors'));
    expect(bench.failure(chat('pickled'), question).code).toBe('E_ADAPTER_MISSING');
    // Unpickling this would run `exit 1`.
    bench.write('pickled/adapter_model.bin', 'cos\nsystem\n(S"exit 1"\ntR.');
    expect(bench.failure(chat('pickled'), question)).toMatchObject({
      code: 'E_PICKLE_WEIGHTS',
      fix: expect.stringContaining('safetensors'),
    });
    expect(bench.failure(['models', 'show', 'pickled']).code).toBe('E_PICKLE_WEIGHTS');
  });

  it('is not exported over a folder that is there', () => {
    mkdirSync(bench.path('there'));
    expect(bench.failure(['export', 'tuned', '--output-dir', 'there']).code).toBe('E_OUTPUT_EXISTS');
  });

  it('answers nothing that could not be written afterwards', () => {
    bench.write('question.jsonl', '{"prompt": "Where is parcel 37?"}\n');
    mkdirSync(bench.path('a-folder'));
    for (const output of ['/proc/attune/answers.jsonl', 'a-folder']) {
      const { code, document, stderr } = bench.run([
        'generate',
        'tuned',
        '--input',
        'question.jsonl',
        '--output',
        output,
      ]);
      expect({ code, error: document.error }).toMatchObject({ code: 1, error: { code: 'E_NOT_WRITABLE' } });
      expect(stderr).not.toContain('loading');
    }
    expect(readdirSync(bench.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('answers no file of bad questions', () => {
    bench.write('questions.jsonl', '{"prompt": "Where is parcel 37?"}\n{"prompt": \n');
    const error = bench.failure(['generate', 'tuned', '--input', 'questions.jsonl', '--output', 'answers.jsonl']);
    expect(error).toMatchObject({ code: 'E_BAD_ROWS', problems: [{ line: 2 }] });
    expect(existsSync(bench.path('answers.jsonl'))).toBe(false);
  });
});
