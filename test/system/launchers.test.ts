import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeRunKinds } from '../../tools/recovery/run-kinds.ts';
import { torchrunProgram } from '../../tools/recovery/torchrun.ts';
import { isWhole } from '../sample.ts';
import { writeTinyModel } from './cli-tiny-model.ts';
import { killWhenReached, lossesOf } from './shared-run-tools.ts';
import { startSlurm, type SlurmCluster } from './slurm-cluster.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-launchers-'));
const attune = new URL('../../bin/attune', import.meta.url).pathname;
const environment = { ...process.env, ATTUNE_THREADS: '1' };
/** Debian's Python, since other ones have no torch. */
const PYTHON = '/usr/bin/python3';

function has(command: string, ...argv: readonly string[]): boolean {
  return spawnSync(command, argv, { stdio: 'ignore' }).status === 0;
}

const hasTorch = has(PYTHON, '-c', 'import torch.distributed.run');
const hasMpi = has('mpirun', '--version');
const isRoot = process.getuid?.() === 0;
// srun needs a cluster even to print its version.
const hasSlurm = isRoot && ['slurmctld', 'slurmd', 'munged'].every((name) => has(name, '-V'));
if (!hasTorch) process.stderr.write('torchrun is not tried: apt-get install python3-torch\n');
if (!hasMpi) process.stderr.write('mpirun is not tried: apt-get install openmpi-bin\n');
if (!hasSlurm) process.stderr.write('srun is not tried: apt-get install slurm-wlm munge, as root\n');

beforeAll(async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    prompt: `What is item ${i}?`,
    completion: ` Number ${i * 17}.`,
  }));
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileSync(join(folder, 'rows.jsonl'), text);
  await writeTinyModel(join(folder, 'model'), text);
  writeFileSync(join(folder, 'torchrun.py'), torchrunProgram);
  const { status, text: said } = run(attune, [...commandOf('local'), '--processes', '2']);
  if (status !== 0) throw new Error(said);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function commandOf(output: string): string[] {
  const flags = '--model model --train rows.jsonl --tuning.r 4 --max-steps 24 --batch-size 8 --precision f32';
  const rest = '--checkpoints.every 4 --evaluation.every 1000 --baselines none --test 0 --output-dir';
  return ['train', ...`${flags} ${rest}`.split(' '), output];
}

function run(command: string, argv: readonly string[], env: NodeJS.ProcessEnv = environment) {
  const { status, stdout, stderr } = spawnSync(command, argv, { cwd: folder, env, encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

/** Commands that start several processes of a program. */
const launchers = {
  torchrun: (size: number) => [PYTHON, 'torchrun.py', '--no-python', '--nproc-per-node', String(size)],
  mpirun: (size: number) => [
    'mpirun',
    '--oversubscribe',
    ...(isRoot ? ['--allow-run-as-root'] : []),
    '-n',
    String(size),
  ],
  srun: (size: number) => ['srun', '--oversubscribe', '--overcommit', '-n', String(size)],
};

function launch(name: keyof typeof launchers, size: number, argv: readonly string[], env = environment) {
  const [command, ...words] = launchers[name](size);
  return run(command, [...words, attune, ...argv], env);
}

const adapterOf = (output: string) => readFileSync(join(folder, output, 'adapter', 'adapter_model.safetensors'));

function expectLocal(output: string, ended: { status: number | null; text: string }): void {
  expect(ended).toMatchObject({ status: 0 });
  expect(adapterOf(output).equals(adapterOf('local'))).toBe(true);
}

describe.runIf(hasTorch)('torchrun', () => {
  it('starts the processes of a run, and starts them again after a kill, to the same bytes', async () => {
    const [python, ...words] = [...launchers.torchrun(2), '--max-restarts', '1', attune, ...commandOf('torchrun')];
    const child = spawn(python, words, { cwd: folder, env: environment });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()));
    const status = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await killWhenReached({ run: join(folder, 'torchrun'), step: 6, pid: child.pid!, signal: 'SIGKILL' });
    expectLocal('torchrun', { status: await status, text });
    expect(text).toContain('took part in a run led by another process');
  });
});

describe.runIf(hasMpi)('mpirun', () => {
  it('starts the processes of a run', () => {
    expectLocal('mpi', launch('mpirun', 2, commandOf('mpi')));
  });
});

describe.runIf(hasSlurm)('srun', () => {
  let cluster: SlurmCluster;

  beforeAll(async () => {
    cluster = await startSlurm(join(folder, 'slurm'));
  });
  afterAll(() => cluster.stop());

  it('starts the processes of a run', () => {
    const env = { ...environment, SLURM_CONF: cluster.config };
    expectLocal('srun', launch('srun', 2, commandOf('srun'), env));
  });
});

describe.runIf(isWhole && hasTorch && hasMpi && hasSlurm)('under each launcher', () => {
  let cluster: SlurmCluster;

  beforeAll(async () => {
    await writeRunKinds(folder);
    cluster = await startSlurm(join(folder, 'slurm-of-all'));
  });
  afterAll(() => cluster.stop());

  const command = (kind: string, output: string) => [
    'train',
    `${kind}.yaml`,
    ...'--max-steps 8 --baselines none --test 0 --output-dir'.split(' '),
    output,
  ];

  it.each(['lora', 'dpo', 'grpo'].flatMap((kind) => [2, 4].map((size) => ({ kind, size }))))(
    '$size processes of $kind have the losses of one, and the bytes of one that takes over their shares',
    ({ kind, size }) => {
      const env = { ...environment, SLURM_CONF: cluster.config };
      const alone = `${kind}-${size}-alone`;
      expect(run(attune, command(kind, alone))).toMatchObject({ status: 0 });
      const outputs = (['torchrun', 'mpirun', 'srun'] as const).map((name) => {
        const output = `${kind}-${size}-${name}`;
        expect(launch(name, size, command(kind, output), env)).toMatchObject({ status: 0 });
        return output;
      });
      const losses = lossesOf(join(folder, alone));
      for (const output of outputs) {
        const theirs = lossesOf(join(folder, output));
        expect(theirs).toHaveLength(8);
        for (const [step, loss] of losses.entries()) expect(Math.abs(theirs[step] - loss)).toBeLessThan(1e-6);
        expect(adapterOf(output).equals(adapterOf(outputs[0]))).toBe(true);
      }
      expect(run(attune, ['runs', 'verify', outputs[0], '--retrain'])).toMatchObject({ status: 0 });
    },
  );
});
