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
  /** Bucket with the files that a recipe names; they are fetched to where the recipe is. */
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
 * Shell lines that write the file, fetch the data and run the command. A repetition after a failure continues: from the
 * newest checkpoint, or from the part that is there.
 * @param index shell expression of the shard's number
 */
export function scriptOf(plan: JobPlan, { work, index }: { work: string; index: string }): string {
  const file = `"$folder/${plan.name}.yaml"`;
  const begin = ['set -eu', 'folder=$(mktemp -d)', `printf '%s' "$${FILE_VARIABLE}" > ${file}`];
  const run =
    plan.kind === 'recipe'
      ? [
          ...(plan.data === undefined ? [] : [`attune data pull ${shellWord(plan.data)} --output "$folder"`]),
          `exec attune train ${file} --output-dir ${work}/runs/${plan.name} --resume`,
        ]
      : [`exec attune data pipeline ${file} --shard "${index}/${plan.count}" --output ${shellWord(plan.parts!)}`];
  return `${[...begin, ...run].join('\n')}\n`;
}
