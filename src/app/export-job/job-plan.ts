/** Contents of a job before it takes the form of one scheduler. Plain data. */
import { shellWord } from '../../base/shell-word.ts';

export interface JobPlan {
  /** A DNS label, also the run's name. */
  name: string;
  image: string;
  /** `recipe`: a training, shared by `count` machines; `pipeline`: `count` shards. */
  kind: 'recipe' | 'pipeline';
  count: number;
  cpus: number;
  memoryGiB: number;
  /** Content of the recipe or pipeline file, which travels with the job. */
  text: string;
  /** The file's folder on this machine, if the job reads files relative to it; absent for files in a bucket. */
  folder?: string;
  /** Bucket with the files that a recipe names; they are downloaded next to the recipe. */
  data?: string;
  /** Folder or bucket of a pipeline's parts. */
  parts?: string;
  /** Kubernetes: secret with the bucket's keys, and volume claim for runs. */
  secret?: string;
  claim?: string;
}

/** Variable that holds the file's text in every form. */
export const FILE_VARIABLE = 'ATTUNE_FILE';

/** Folder that outlives a container: runs and their checkpoints. */
export const WORK = '/work';

/**
 * Shell lines that write the file, fetch the data and run the command. Rerun after a failure, a training resumes from
 * its newest checkpoint, for which paths must stay the same, and a shard from its finished files.
 * @param index shell expression of the shard's number
 * @param base folder of a pipeline's relative paths, as a shell word; default: `work`
 */
export function scriptOf(plan: JobPlan, place: { work: string; index: string; base?: string }): string {
  const file = `"$folder/${plan.name}.yaml"`;
  const begin = ['set -eu', 'folder=$(mktemp -d)', `printf '%s' "$${FILE_VARIABLE}" > ${file}`];
  const run = plan.kind === 'recipe' ? training(plan, file, place.work) : [shardOf(plan, file, place)];
  return `${[...begin, ...run].join('\n')}\n`;
}

/** Paths in recipes are relative to the current folder. */
function training({ name, data }: JobPlan, file: string, work: string): string[] {
  const here = data === undefined ? work : `${work}/data/${name}`;
  return [
    `mkdir -p ${here}`,
    `cd ${here}`,
    ...(data === undefined ? [] : [`attune data pull ${shellWord(data)} --output .`]),
    `exec attune train ${file} --output-dir ${work}/runs/${name} --resume`,
  ];
}

function shardOf(
  { count, parts, folder }: JobPlan,
  file: string,
  { work, index, base = work }: { work: string; index: string; base?: string },
): string {
  const from = folder === undefined ? '' : ` --base ${base}`;
  return `exec attune data pipeline ${file} --shard "${index}/${count}"${from} --output ${shellWord(parts!)}`;
}
