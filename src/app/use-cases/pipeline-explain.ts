import type { DeploymentSpec } from '../pipeline/pipeline-file.ts';
import { defineUseCase } from './use-case.ts';

export interface ExplainedPipeline {
  name: string;
  records: {
    stage: string;
    /** Hash of inputs and code version. */
    key: string;
    /** JSON values. */
    inputs: unknown;
    output: unknown;
    /** Outcome as text: "512 rows". */
    told: string;
  }[];
}

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'list the stages of a pipeline with their inputs, results and reasons',
  arguments: ({ z, argumentOr }) => [
    argumentOr('pipeline', 'FILE', 'as in `attune pipeline up`', z.custom<DeploymentSpec>()),
  ],
  effects: [],
  examples: ['pipeline explain support.yaml'],
  async run({ pipeline }): Promise<ExplainedPipeline> {
    const { explainPipeline } = await import('../pipeline/up.ts');
    return explainPipeline(pipeline);
  },
  render({ records }, { colours: { bold, dim } }) {
    if (records.length === 0) return 'No stage has run yet';
    const line = ({ stage, key, told }: ExplainedPipeline['records'][number]): string =>
      `${bold(stage)}  ${told}\n  ${dim(`${key.slice(0, 12)}: --json has its inputs and outputs`)}`;
    return records.map(line).join('\n');
  },
});
