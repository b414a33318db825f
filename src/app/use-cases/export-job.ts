import { shortPath } from '../terminal/short-path.ts';
import { defineUseCase } from './use-case.ts';

export interface ExportedJob {
  file: string;
  form: 'trainjob' | 'jobset' | 'indexed-job' | 'slurm' | 'skypilot';
  kind: 'recipe' | 'pipeline';
  /** Machines of a training, or shards. */
  count: number;
  /** Memory of one machine. */
  memoryGiB: number;
  /** Command that starts it. */
  start: string;
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'write a job that runs a recipe or a pipeline on Kubernetes, Slurm or SkyPilot',
  arguments: ({ argument }) => [
    argument('file', 'FILE', 'a recipe, or a pipeline file; its text travels with the job'),
  ],
  options: (fields) => ({
    to: fields.required(
      fields.choice(
        ['trainjob', 'jobset', 'indexed-job', 'slurm', 'skypilot'],
        'FORM',
        'trainjob (Kubeflow), jobset: trainings; indexed-job: pipelines; slurm, skypilot: both',
      ),
    ),
    count: fields.count('N', 'machines of a training, or shards of a pipeline (1)'),
    image: fields.text('IMAGE', 'container image with attune (attune)'),
    data: fields.text('URL', "bucket with a recipe's files, s3://BUCKET/PREFIX: downloaded to the recipe's folder"),
    parts: fields.text('PLACE', "folder or bucket for a pipeline's parts"),
    secret: fields.text('NAME', "Kubernetes secret with the bucket's AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    claim: fields.text(
      'NAME',
      'Kubernetes volume claim for runs and checkpoints, mounted at /work; trainings need one',
    ),
    cpus: fields.count('N', 'processors of each machine (4)'),
    memory: fields.count('GIB', 'memory of each machine (estimated from the recipe; 4 for a shard)'),
    output: fields.text('FILE', 'file to write (NAME.FORM.yaml here)'),
  }),
  effects: ['writes-files', 'computes', 'fetches'],
  examples: [
    'export job tickets.yaml --to trainjob --count 2 --image registry.example/attune --data s3://bucket/tickets --claim runs',
    'export job support.yaml --to indexed-job --count 10 --parts s3://bucket/parts --secret bucket-keys',
  ],
  stopping: 'stopping',
  async run({ file, ...options }, call): Promise<ExportedJob> {
    const { exportJob } = await import('../export-job/export-job.ts');
    return exportJob(file, { ...options, ...call });
  },
  render: ({ file, kind, count, memoryGiB, start }, { colours }) =>
    [`${colours.green('✓')} ${shortPath(file)}: ${kind}, ${count} × ${memoryGiB} GiB`, `  ${colours.cyan(start)}`].join(
      '\n',
    ),
});
