import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exportJob, type ExportJobOptions } from '../../../src/app/export-job/export-job.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'attune-job-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const RECIPE = `# It's "$(HOSTNAME)" and $HOME: \`not\` to be replaced\nmodel: attune-base\ndata: {train: rows.jsonl}\n`;
const PIPELINE = 'sources: s3://bucket/tickets\nsteps: [{step: records}]\n';
const LOCAL = 'sources: [rows]\nsteps: [{step: records}]\n';

async function make(text: string, options: Omit<ExportJobOptions, 'output'>, name = 'My Tickets.yaml') {
  const file = join(folder, name);
  writeFileSync(file, text);
  const output = join(folder, 'job');
  const made = await exportJob(file, { memory: 8, ...options, output });
  return { made, written: readFileSync(output, 'utf8') };
}

const problemsWith = (form: string, value: unknown) => {
  const schema = JSON.parse(readFileSync(`fixtures/jobs/${form}.schema.json`, 'utf8')) as object;
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.validate(schema, value);
  return ajv.errors ?? [];
};

const cluster = { count: 3, secret: 'bucket-keys', claim: 'runs', image: 'registry.example/attune:1' };

it.each([
  ['trainjob', RECIPE, { data: 's3://bucket/tickets' }],
  ['jobset', RECIPE, { data: 's3://bucket/tickets' }],
  ['indexed-job', PIPELINE, { parts: 's3://bucket/parts' }],
] as const)('a manifest for %s holds to its schema, and is the same each time', async (to, text, options) => {
  const { written } = await make(text, { to, ...cluster, ...options });
  expect(problemsWith(to, parse(written))).toEqual([]);
  expect((await make(text, { to, ...cluster, ...options })).written).toBe(written);
  expect(
    problemsWith(to, {
      ...(parse(written) as object),
      spec: { ...(parse(written) as { spec: object }).spec, unknown: 1 },
    }),
  ).not.toEqual([]);
  expect(written).not.toContain('AKID');
});

/** Runs the script with a command that prints its file argument. */
function run(script: string, variables: Record<string, string> = {}) {
  const attune = join(folder, 'attune');
  writeFileSync(
    attune,
    [
      '#!/bin/sh',
      'echo "$@" | sed "s|/[^ ]*/\\(my-tickets\\)|\\1|; s|/tmp/[^ ]*|FOLDER|"',
      '[ "$2" = pull ] && echo a row >rows.jsonl',
      '[ "$1" != train ] || cat rows.jsonl',
      '[ "$2" = pull ] || cat "$([ "$1" = train ] && echo "$2" || echo "$3")"',
      '',
    ].join('\n'),
    { mode: 0o755 },
  );
  writeFileSync(join(folder, 'srun'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  mkdirSync(join(folder, 'work'), { recursive: true });
  const env = { PATH: `${folder}:${process.env.PATH}`, ...variables };
  const { stdout, stderr } = spawnSync('sh', ['-c', script.replaceAll('/work/', `${folder}/work/`)], {
    env,
    encoding: 'utf8',
    cwd: folder,
  });
  return stdout + stderr;
}

/** Kubernetes' expansion: `$(NAME)` of known variables, and `$$` as `$`. */
const expanded = (text: string) =>
  text.replaceAll(/\$\$|\$\((\w+)\)/g, (whole, name?: string) =>
    name === undefined ? '$' : name === 'HOSTNAME' ? 'EXPANDED' : whole,
  );

interface Container {
  command: string[];
  args: string[];
  env: { name: string; value?: string }[];
}

it('recipes arrive as they are, whatever they contain, and the command continues from checkpoints', async () => {
  const { written } = await make(RECIPE, { to: 'trainjob', ...cluster, data: 's3://bucket/tickets' });
  const { trainer } = (parse(written) as { spec: { trainer: Container } }).spec;
  const value = trainer.env.find(({ name }) => name === 'ATTUNE_FILE')!.value!;
  const out = run(expanded(trainer.args[0]), { ATTUNE_FILE: expanded(value) });
  expect(out).toBe(
    'data pull s3://bucket/tickets --output .\n' +
      `train my-tickets.yaml --output-dir FOLDER --resume\na row\n${RECIPE}`,
  );
});

it('a script for Slurm is an array of shards, or machines of a training', async () => {
  const { written, made } = await make(PIPELINE, { to: 'slurm', count: 4, parts: '/shared/the parts' });
  expect(written).toContain('#SBATCH --array=0-3\n');
  expect(made.start).toMatch(/^sbatch /);
  const out = run(written, { SLURM_ARRAY_TASK_ID: '2', SLURM_SUBMIT_DIR: folder });
  expect(out).toBe(`data pipeline my-tickets.yaml --shard 2/4 --output /shared/the parts\n${PIPELINE.trimEnd()}`);
  const training = await make(RECIPE, { to: 'slurm', count: 2 });
  expect(training.written).toContain('#SBATCH --nodes=2\n#SBATCH --ntasks-per-node=1\n');
  writeFileSync(join(folder, 'rows.jsonl'), 'a row of the submitting folder\n');
  expect(run(training.written, { SLURM_SUBMIT_DIR: folder })).toContain(
    '--output-dir FOLDER --resume\na row of the submitting folder\n# It\'s "$(HOSTNAME)"',
  );
});

it("a pipeline's relative sources are those next to its file, or on the volume", async () => {
  const slurm = await make(LOCAL, { to: 'slurm', count: 4, parts: 'parts' });
  expect(slurm.written).toContain(`--shard "$SLURM_ARRAY_TASK_ID/4" --base ${folder} --output parts`);
  expect(run(slurm.written, { SLURM_ARRAY_TASK_ID: '2' })).toContain('--base FOLDER --output parts\nsources: [rows]');
  const options = { count: 4, parts: 's3://bucket/parts' };
  expect((await make(LOCAL, { to: 'indexed-job', claim: 'files', ...options })).written).toContain('--base /work ');
  await expect(make(LOCAL, { to: 'indexed-job', ...options })).rejects.toMatchObject({
    problems: [{ field: '--claim', message: expect.stringContaining('relative sources') }],
  });
  const sky = await make(LOCAL, { to: 'skypilot', ...options });
  expect(parse(sky.written)).toMatchObject({
    workdir: folder,
    run: expect.stringContaining('--base "$HOME"/sky_workdir'),
  });
  expect((await make(PIPELINE, { to: 'slurm', ...options })).written).not.toContain('--base');
});

it('SkyPilot gets resources, an image and a script of values', async () => {
  const { written } = await make(PIPELINE, { to: 'skypilot', count: 4, parts: 's3://bucket/parts', image: 'attune' });
  expect(parse(written)).toMatchObject({
    num_nodes: 4,
    resources: { cpus: '4+', memory: '8+', image_id: 'docker:attune' },
    envs: { ATTUNE_FILE: PIPELINE },
    run: expect.stringContaining('--shard "$SKYPILOT_NODE_RANK/4"'),
  });
});

it('refuses what would not run, or would show a password', async () => {
  await expect(make(PIPELINE, { to: 'trainjob' })).rejects.toMatchObject({
    code: 'E_USAGE',
    expected: '--to indexed-job, slurm, skypilot',
  });
  await expect(make(RECIPE, { to: 'jobset' })).rejects.toMatchObject({ problems: [{ field: '--claim' }] });
  await expect(make(RECIPE, { to: 'indexed-job' })).rejects.toMatchObject({ code: 'E_USAGE' });
  await expect(make(PIPELINE, { to: 'indexed-job', secret: 'No such', data: 'x' })).rejects.toMatchObject({
    problems: [{ field: '--secret' }, { field: '--data' }, { field: '--parts' }, { field: '--data' }],
  });
  const source = 'sources: postgres://me:hunter2@host/db\nsteps: [{step: records}]\n';
  await expect(make(source, { to: 'slurm', parts: 'x' })).rejects.toMatchObject({ code: 'E_JOB_SECRET' });
});
