import { execFileSync } from 'node:child_process';
import { AttuneError } from '../../base/errors.ts';
import { greatest } from '../../base/many.ts';
import { entryOf } from '../../base/table.ts';

/** This process's place among those that share a run, according to its launcher. */
export interface Launch {
  rank: number;
  size: number;
  /** Rank and number of processes on this machine. */
  localRank: number;
  localSize: number;
  /** Restarts by the launcher so far. */
  attempt: number;
  /** Address where ranks meet; `serves`: this process runs the store. */
  store: { host: string; port: number; serves: boolean };
  from: 'torchrun' | 'kubeflow' | 'slurm' | 'mpi' | 'skypilot' | 'local';
  /** Number of further processes that this one starts on its machine. */
  starts: number;
  /** Distinguishes runs and attempts in a store that outlives them. */
  id: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORT = 29_500;
const LOOPBACK = '127.0.0.1';

/**
 * Reads the variables of torchrun and Volcano, Kubeflow's TrainJob, Slurm's srun, Open MPI or MPICH, and SkyPilot.
 * Undefined for a process that was started alone.
 *
 * @throws AttuneError E_LAUNCH for variables that contradict each other or lack the address of rank 0
 */
export function readLaunch(env: Environment): Launch | undefined {
  const launch = torchrun(env) ?? kubeflow(env) ?? slurm(env) ?? mpi(env) ?? skypilot(env);
  if (launch === undefined || launch.size === 1) return undefined;
  const { rank, size } = launch;
  if (rank >= 0 && rank < size) return launch;
  throw wrong(`rank ${rank} of ${size}`, 'a rank below the number of processes');
}

function torchrun(env: Environment): Launch | undefined {
  if (env.RANK === undefined || env.WORLD_SIZE === undefined) return undefined;
  const rank = integer(env, 'RANK');
  const isAgents = env.TORCHELASTIC_USE_AGENT_STORE === 'True';
  const attempt = integer(env, 'TORCHELASTIC_RESTART_COUNT', 0);
  return {
    rank,
    size: integer(env, 'WORLD_SIZE'),
    localRank: integer(env, 'LOCAL_RANK', 0),
    localSize: integer(env, 'LOCAL_WORLD_SIZE', 1),
    attempt,
    // The launcher's own store, if any, is already listening.
    store: {
      host: address(env, 'MASTER_ADDR'),
      port: integer(env, 'MASTER_PORT', DEFAULT_PORT),
      serves: rank === 0 && !isAgents,
    },
    from: 'torchrun',
    starts: 0,
    id: `${env.TORCHELASTIC_RUN_ID ?? 'run'}/${attempt}`,
  };
}

/** TrainJob pods get no ranks, since Kubeflow expects torchrun in them: this process starts the other ones of its pod. */
function kubeflow(env: Environment): Launch | undefined {
  if (env.PET_NNODES === undefined) return undefined;
  // Elastic "1:4" counts from its minimum. Without a GPU, `auto` would be the pod's cores: one process uses them all.
  const nodes = Number.parseInt(env.PET_NNODES, 10);
  const each = Number.parseInt(env.PET_NPROC_PER_NODE ?? '1', 10) || 1;
  const node = integer(env, 'PET_NODE_RANK', 0);
  const store = { port: integer(env, 'PET_MASTER_PORT', DEFAULT_PORT), serves: node === 0 };
  return {
    rank: node * each,
    size: nodes * each,
    localRank: 0,
    localSize: each,
    attempt: 0,
    store: { host: nodes === 1 ? LOOPBACK : address(env, 'PET_MASTER_ADDR'), ...store },
    from: 'kubeflow',
    starts: each - 1,
    id: 'job',
  };
}

function skypilot(env: Environment): Launch | undefined {
  if (env.SKYPILOT_NODE_RANK === undefined || env.SKYPILOT_NODE_IPS === undefined) return undefined;
  const rank = integer(env, 'SKYPILOT_NODE_RANK');
  const hosts = env.SKYPILOT_NODE_IPS.trim().split(/\s+/);
  return {
    rank,
    size: integer(env, 'SKYPILOT_NUM_NODES', hosts.length),
    localRank: 0,
    localSize: 1,
    attempt: 0,
    store: { host: hosts[0], port: DEFAULT_PORT, serves: rank === 0 },
    from: 'skypilot',
    starts: 0,
    id: env.SKYPILOT_TASK_ID ?? 'run',
  };
}

function slurm(env: Environment): Launch | undefined {
  // A batch script has SLURM_NTASKS too, but only srun starts that many processes.
  if (env.SLURM_PROCID === undefined || env.SLURM_STEP_NUM_TASKS === undefined) return undefined;
  const rank = integer(env, 'SLURM_PROCID');
  const job = env.SLURM_JOB_ID ?? '0';
  const step = env.SLURM_STEP_ID ?? '0';
  const attempt = integer(env, 'SLURM_RESTART_COUNT', 0);
  // Jobs on the same machine must not share a port.
  const port = 20_000 + ((Number(job) * 7 + Number(step)) % 20_000);
  return {
    rank,
    size: integer(env, 'SLURM_STEP_NUM_TASKS'),
    localRank: integer(env, 'SLURM_LOCALID', 0),
    localSize: tasksHere(env.SLURM_STEP_TASKS_PER_NODE),
    attempt,
    store: { host: env.MASTER_ADDR ?? firstNode(env), port: integer(env, 'MASTER_PORT', port), serves: rank === 0 },
    from: 'slurm',
    starts: 0,
    id: `${job}.${step}/${attempt}`,
  };
}

/** Largest number of tasks on a machine: 2 for "2(x3),1". */
function tasksHere(perNode = '1'): number {
  return greatest(
    perNode.split(',').map((part) => Number.parseInt(part, 10) || 1),
    1,
  );
}

function firstNode(env: Environment): string {
  const list = env.SLURM_STEP_NODELIST ?? env.SLURM_JOB_NODELIST;
  if (list === undefined || env.SLURM_STEP_NUM_NODES === '1' || env.SLURM_NNODES === '1') return LOOPBACK;
  try {
    return execFileSync('scontrol', ['show', 'hostnames', list], { encoding: 'utf8' }).split('\n')[0];
  } catch (error) {
    throw new AttuneError('E_LAUNCH', {
      what: 'The machine of rank 0 is not known',
      got: `scontrol show hostnames ${list} failed: ${(error as Error).message.split('\n')[0]}`,
      fix: 'export MASTER_ADDR with the name of the first machine',
    });
  }
}

/** Names of the variables of Open MPI, and of MPICH and Intel MPI. */
const MPI = [
  {
    rank: 'OMPI_COMM_WORLD_RANK',
    size: 'OMPI_COMM_WORLD_SIZE',
    localRank: 'OMPI_COMM_WORLD_LOCAL_RANK',
    localSize: 'OMPI_COMM_WORLD_LOCAL_SIZE',
    id: 'PMIX_NAMESPACE',
  },
  { rank: 'PMI_RANK', size: 'PMI_SIZE', localRank: 'MPI_LOCALRANKID', localSize: 'MPI_LOCALNRANKS', id: 'PMI_ID' },
] as const;

function mpi(env: Environment): Launch | undefined {
  const names = MPI.find(({ rank, size }) => entryOf(env, rank) !== undefined && entryOf(env, size) !== undefined);
  if (names === undefined) return undefined;
  const [rank, size] = [integer(env, names.rank), integer(env, names.size)];
  const localSize = integer(env, names.localSize, size);
  if (env.MASTER_ADDR === undefined && localSize < size) {
    throw new AttuneError('E_LAUNCH', {
      what: 'The machine of rank 0 is not known',
      got: `${size} processes on several machines, and no MASTER_ADDR`,
      fix: 'mpirun -x MASTER_ADDR=FIRST_HOST …',
    });
  }
  return {
    rank,
    size,
    localRank: integer(env, names.localRank, 0),
    localSize,
    attempt: 0,
    store: {
      host: env.MASTER_ADDR ?? LOOPBACK,
      port: integer(env, 'MASTER_PORT', DEFAULT_PORT),
      serves: rank === 0,
    },
    from: 'mpi',
    starts: 0,
    id: entryOf(env, names.id) ?? 'run',
  };
}

function address(env: Environment, name: string): string {
  const host = entryOf(env, name);
  if (host !== undefined) return host;
  throw new AttuneError('E_LAUNCH', {
    what: 'The machine of rank 0 is not known',
    got: `no ${name}`,
    fix: `start with torchrun, or set ${name}`,
  });
}

function integer(env: Environment, name: string, usual?: number): number {
  const text = entryOf(env, name);
  if (text === undefined && usual !== undefined) return usual;
  const value = Number(text);
  if (text !== '' && Number.isInteger(value) && value >= 0) return value;
  throw wrong(`${name}=${text ?? ''}`, 'a whole number');
}

function wrong(got: string, expected: string): AttuneError {
  return new AttuneError('E_LAUNCH', {
    what: "The launcher's variables are inconsistent",
    got,
    expected,
    fix: 'unset RANK and WORLD_SIZE to train in one process',
  });
}
