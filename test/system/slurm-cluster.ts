import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A Slurm cluster on this machine, with its own authentication. Requires root. */
export interface SlurmCluster {
  /** Value of SLURM_CONF. */
  config: string;
  stop(): void;
}

const DAEMONS = ['slurmd', 'slurmctld', 'munge'];

export async function startSlurm(folder: string): Promise<SlurmCluster> {
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name), { recursive: true });
  chmodSync(folder, 0o755);
  const config = join(folder, 'slurm.conf');
  writeFileSync(config, `${settingsIn(folder).join('\n')}\n`);
  writeFileSync(join(folder, 'key'), randomBytes(128), { mode: 0o400 });
  const files = {
    'key-file': 'key',
    socket: 'munge.socket',
    'pid-file': 'munge.pid',
    'log-file': 'log',
    'seed-file': 'seed',
  };
  const munge = Object.entries(files).map(([flag, name]) => `--${flag}=${join(folder, name)}`);
  const env = { ...process.env, SLURM_CONF: config };
  call('munged', ['--force', ...munge], env);
  for (const daemon of ['slurmctld', 'slurmd']) call(daemon, [], env);
  for (let tries = 0; !call('sinfo', ['-h', '-o', '%t'], env).includes('idle'); tries++) {
    if (tries === 300) throw new Error('Slurm has no idle node after 30 s');
    await sleep(100);
  }
  return { config, stop: () => stop(folder) };
}

function call(command: string, argv: readonly string[], env: NodeJS.ProcessEnv): string {
  const { status, stdout, stderr } = spawnSync(command, argv, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stdout}${stderr}`);
  return stdout;
}

function settingsIn(folder: string): string[] {
  const host = hostname().split('.')[0];
  const [controller, node] = [16_817, 17_818].map((port) => port + (process.pid % 1000));
  return [
    'ClusterName=here',
    `SlurmctldHost=${host}(127.0.0.1)`,
    'SlurmUser=root',
    'AuthType=auth/munge',
    `AuthInfo=socket=${folder}/munge.socket`,
    'MpiDefault=none',
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    `SlurmctldPort=${controller}`,
    `SlurmdPort=${node}`,
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdLogFile=${folder}/slurmd.log`,
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=4096 State=UNKNOWN`,
    'PartitionName=all Nodes=ALL Default=YES State=UP OverSubscribe=YES',
  ];
}

function stop(folder: string): void {
  for (const daemon of DAEMONS) {
    try {
      process.kill(Number(readFileSync(join(folder, `${daemon}.pid`), 'utf8')), 'SIGKILL');
    } catch {
      // It was not running.
    }
  }
}
