import type { DeploymentSpec } from '../pipeline/pipeline-file.ts';
import { defineUseCase } from './use-case.ts';
import type { PipelinePlan } from './pipeline-up.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'show what has changed since the last `pipeline up`, and which stages that affects',
  arguments: ({ z, argumentOr }) => [
    argumentOr('pipeline', 'FILE', 'as in `attune pipeline up`', z.custom<DeploymentSpec>()),
  ],
  effects: [],
  examples: ['pipeline diff support.yaml'],
  async run({ pipeline }, call): Promise<PipelinePlan> {
    const { planPipeline } = await import('../pipeline/up.ts');
    return planPipeline(pipeline, call);
  },
  async render(plan, { colours }) {
    const { describePlan } = await import('./text/pipeline.ts');
    return describePlan(plan, colours);
  },
});
