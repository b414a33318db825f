/** Manifests of each scheduler, as values or as text. */
import { sha256 } from '../../files/hash.ts';
import { shellWord } from '../../base/shell-word.ts';
import { FILE_VARIABLE, scriptOf, WORK, type JobPlan } from './job-plan.ts';
import { commandOf, environmentOf, mountsOf, resourcesOf, volumesOf } from './kubernetes.ts';

/** Form of a job for one scheduler, and the kinds of work that it supports. */
interface JobForm {
  kinds: readonly JobPlan['kind'][];
  /** Values of a YAML document, or text as it is. */
  write(plan: JobPlan): object | string;
  /** Command that starts it. */
  start: (file: string) => string;
}

/** Kubeflow Trainer: the runtime sets PET_* variables, from which each pod reads its rank. */
const trainjob: JobForm = {
  kinds: ['recipe'],
  write(plan) {
    const { name, image, count } = plan;
    const spec = { ...volumesOf(plan), containers: [{ name: 'node', ...mountsOf(plan) }] };
    const template = { spec: { replicatedJobs: [{ name: 'node', template: { spec: { template: { spec } } } }] } };
    return {
      apiVersion: 'trainer.kubeflow.org/v1alpha1',
      kind: 'TrainJob',
      metadata: { name },
      spec: {
        runtimeRef: { name: 'torch-distributed' },
        trainer: {
          image,
          ...commandOf(scriptOf(plan, { work: WORK, index: '' })),
          env: environmentOf(plan),
          numNodes: count,
          // `auto` would start a process per processor; attune uses threads.
          numProcPerNode: 1,
          resourcesPerNode: resourcesOf(plan),
        },
        ...(plan.claim !== undefined && {
          runtimePatches: [{ manager: 'attune.dev/export', trainingRuntimeSpec: { template } }],
        }),
      },
    };
  },
  start: (file) => `kubectl create -f ${file}`,
};

const PORT = 29_500;

const jobset: JobForm = {
  kinds: ['recipe'],
  write(plan) {
    const { name, count } = plan;
    const rank = { fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']" };
    const place = [
      { name: 'MASTER_ADDR', value: `${name}-workers-0-0.${name}` },
      { name: 'MASTER_PORT', value: String(PORT) },
      { name: 'WORLD_SIZE', value: String(count) },
      { name: 'RANK', valueFrom: { fieldRef: rank } },
    ];
    const pod = podOf(plan, { restartPolicy: 'Never', more: count > 1 ? place : [] });
    const job = { parallelism: count, completions: count, completionMode: 'Indexed', backoffLimit: 0, template: pod };
    return {
      apiVersion: 'jobset.x-k8s.io/v1alpha2',
      kind: 'JobSet',
      metadata: { name },
      spec: {
        // After a failure, all workers restart together from the last checkpoint.
        failurePolicy: { maxRestarts: 3 },
        network: { enableDNSHostnames: true },
        replicatedJobs: [{ name: 'workers', replicas: 1, template: { spec: job } }],
      },
    };
  },
  start: (file) => `kubectl create -f ${file}`,
};

function podOf(plan: JobPlan, { restartPolicy, more = [] }: { restartPolicy: string; more?: object[] }): object {
  const container = {
    name: 'attune',
    image: plan.image,
    ...commandOf(scriptOf(plan, { work: WORK, index: '$JOB_COMPLETION_INDEX' })),
    env: [...environmentOf(plan), ...more],
    resources: resourcesOf(plan),
    ...mountsOf(plan),
  };
  return { spec: { restartPolicy, containers: [container], ...volumesOf(plan) } };
}

/** Retries of a shard after transient failures. */
const ATTEMPTS = 3;

/** Exit code 1 means that a shard always fails: it is not retried, and the others continue. */
const indexedJob: JobForm = {
  kinds: ['pipeline'],
  write(plan) {
    const { name, count } = plan;
    const onExitCodes = { containerName: 'attune', operator: 'In', values: [1] };
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: {
        completionMode: 'Indexed',
        completions: count,
        parallelism: count,
        backoffLimitPerIndex: ATTEMPTS,
        maxFailedIndexes: count,
        podFailurePolicy: { rules: [{ action: 'FailIndex', onExitCodes }] },
        template: podOf(plan, { restartPolicy: 'Never' }),
      },
    };
  },
  start: (file) => `kubectl create -f ${file}`,
};

const slurm: JobForm = {
  kinds: ['recipe', 'pipeline'],
  write(plan) {
    const { name, kind, count, cpus, memoryGiB, text, folder } = plan;
    // A delimiter that is not a line of the text.
    const end = `ATTUNE_${sha256(text).slice(0, 16)}`;
    // Machines of a cluster share their folders.
    const base = folder === undefined ? undefined : shellWord(folder);
    const script = scriptOf(plan, { work: '"$SLURM_SUBMIT_DIR"', index: '$SLURM_ARRAY_TASK_ID', base });
    const head = [
      '#!/bin/sh',
      `#SBATCH --job-name=${name}`,
      ...(kind === 'pipeline' ? [`#SBATCH --array=0-${count - 1}`] : [`#SBATCH --nodes=${count}`]),
      '#SBATCH --ntasks-per-node=1',
      `#SBATCH --cpus-per-task=${cpus}`,
      `#SBATCH --mem=${memoryGiB}G`,
      ...(kind === 'recipe' ? ['#SBATCH --requeue'] : []),
    ];
    const value = [`${FILE_VARIABLE}=$(cat <<'${end}'`, text.replace(/\n+$/, ''), end, ')', `export ${FILE_VARIABLE}`];
    return `${[...head, '', ...value, '', `srun sh -c ${quoted(script)}`].join('\n')}\n`;
  },
  start: (file) => `sbatch ${file}`,
};

function quoted(script: string): string {
  const word = shellWord(script);
  return word === script ? `'${script}'` : word;
}

const skypilot: JobForm = {
  kinds: ['recipe', 'pipeline'],
  write(plan) {
    const { name, image, count, cpus, memoryGiB, text, folder } = plan;
    return {
      name,
      num_nodes: count,
      resources: { cpus: `${cpus}+`, memory: `${memoryGiB}+`, image_id: `docker:${image}` },
      // SkyPilot copies this folder to ~/sky_workdir.
      ...(folder !== undefined && { workdir: folder }),
      envs: { [FILE_VARIABLE]: text },
      // Values come from `sky launch --secret NAME`.
      ...(plan.secret !== undefined && { secrets: { AWS_ACCESS_KEY_ID: null, AWS_SECRET_ACCESS_KEY: null } }),
      run: scriptOf(plan, { work: '"$HOME"/sky_workdir', index: '$SKYPILOT_NODE_RANK' }),
    };
  },
  start: (file) => `sky launch ${file}`,
};

export const jobForms = { trainjob, jobset, 'indexed-job': indexedJob, slurm, skypilot } as const;

export type JobFormName = keyof typeof jobForms;
