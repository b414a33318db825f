import { describe, expect, it } from 'vitest';
import { readLaunch } from '../../../../src/engine/group/launch.ts';

const TORCHRUN = {
  RANK: '3',
  WORLD_SIZE: '4',
  LOCAL_RANK: '1',
  LOCAL_WORLD_SIZE: '2',
  MASTER_ADDR: 'node-0',
  MASTER_PORT: '29501',
  TORCHELASTIC_RESTART_COUNT: '2',
  TORCHELASTIC_RUN_ID: 'tickets',
  TORCHELASTIC_USE_AGENT_STORE: 'True',
};

describe('the place of a process, by its launcher', () => {
  it('is undefined for one that was started alone', () => {
    expect(readLaunch({})).toBeUndefined();
    expect(readLaunch({ RANK: '0', WORLD_SIZE: '1', MASTER_ADDR: 'here' })).toBeUndefined();
    // A batch script of four tasks, which srun has not started yet.
    expect(readLaunch({ SLURM_PROCID: '0', SLURM_NTASKS: '4', SLURM_JOB_ID: '7' })).toBeUndefined();
  });

  it("is torchrun's, where the store is the launcher's own", () => {
    expect(readLaunch(TORCHRUN)).toEqual({
      rank: 3,
      size: 4,
      localRank: 1,
      localSize: 2,
      attempt: 2,
      store: { host: 'node-0', port: 29_501, serves: false },
      from: 'torchrun',
      starts: 0,
      id: 'tickets/2',
    });
    const first = { ...TORCHRUN, RANK: '0' };
    expect(readLaunch(first)?.store.serves).toBe(false);
    expect(readLaunch({ ...first, TORCHELASTIC_USE_AGENT_STORE: undefined })?.store.serves).toBe(true);
  });

  it("is a TrainJob pod's, which starts the others of its machine", () => {
    const pod = {
      PET_NNODES: '2',
      PET_NPROC_PER_NODE: '3',
      PET_NODE_RANK: '1',
      PET_MASTER_ADDR: 'job-node-0-0.job',
      PET_MASTER_PORT: '29500',
    };
    expect(readLaunch(pod)).toMatchObject({ rank: 3, size: 6, localSize: 3, starts: 2, from: 'kubeflow' });
    expect(readLaunch(pod)?.store).toEqual({ host: 'job-node-0-0.job', port: 29_500, serves: false });
    expect(readLaunch({ ...pod, PET_NPROC_PER_NODE: 'auto' })).toMatchObject({ rank: 1, size: 2, starts: 0 });
    expect(readLaunch({ PET_NNODES: '1', PET_NPROC_PER_NODE: '2' })?.store.host).toBe('127.0.0.1');
  });

  it("is srun's, with a port of the job's own", () => {
    const task = {
      SLURM_JOB_ID: '71',
      SLURM_STEP_ID: '0',
      SLURM_PROCID: '1',
      SLURM_LOCALID: '1',
      SLURM_STEP_NUM_TASKS: '3',
      SLURM_STEP_TASKS_PER_NODE: '2,1',
      SLURM_STEP_NUM_NODES: '2',
      SLURM_STEP_NODELIST: 'node[1-2]',
      MASTER_ADDR: 'node1',
    };
    expect(readLaunch(task)).toMatchObject({ rank: 1, size: 3, localRank: 1, localSize: 2, from: 'slurm' });
    expect(readLaunch(task)?.store).toEqual({ host: 'node1', port: 20_497, serves: false });
    expect(readLaunch({ ...task, SLURM_STEP_ID: '1' })?.store.port).not.toBe(20_497);
    expect(readLaunch({ ...task, MASTER_ADDR: undefined, SLURM_STEP_NUM_NODES: '1' })?.store.host).toBe('127.0.0.1');
    expect(() => readLaunch({ ...task, MASTER_ADDR: undefined, PATH: '/none' })).toThrow('MASTER_ADDR');
  });

  it("is MPI's, on one machine without an address", () => {
    const open = {
      OMPI_COMM_WORLD_RANK: '1',
      OMPI_COMM_WORLD_SIZE: '2',
      OMPI_COMM_WORLD_LOCAL_RANK: '1',
      OMPI_COMM_WORLD_LOCAL_SIZE: '2',
    };
    expect(readLaunch(open)).toMatchObject({ rank: 1, size: 2, localSize: 2, from: 'mpi' });
    expect(readLaunch({ PMI_RANK: '0', PMI_SIZE: '2' })).toMatchObject({ rank: 0, store: { serves: true } });
    expect(() => readLaunch({ ...open, OMPI_COMM_WORLD_LOCAL_SIZE: '1' })).toThrow('mpirun -x MASTER_ADDR');
  });

  it("is SkyPilot's, one process a machine", () => {
    const node = { SKYPILOT_NODE_RANK: '1', SKYPILOT_NODE_IPS: '10.0.0.5\n10.0.0.6\n', SKYPILOT_NUM_NODES: '2' };
    expect(readLaunch(node)).toMatchObject({ rank: 1, size: 2, store: { host: '10.0.0.5', serves: false } });
  });

  it.each([
    [{ RANK: '0', WORLD_SIZE: '2' }, 'no MASTER_ADDR'],
    [{ RANK: 'first', WORLD_SIZE: '2', MASTER_ADDR: 'a' }, 'RANK=first'],
    [{ RANK: '2', WORLD_SIZE: '2', MASTER_ADDR: 'a' }, 'rank 2 of 2'],
    [{ RANK: '', WORLD_SIZE: '2', MASTER_ADDR: 'a' }, 'RANK='],
  ])('is refused for %j', (env, got) => {
    expect(() => readLaunch(env)).toThrow(got);
  });
});
