import type { DeploymentSpec } from '../pipeline/pipeline-file.ts';
import { shellWord } from '../../base/shell-word.ts';
import { withProgress } from '../terminal/with-progress.ts';
import { defineUseCase, resultType } from './use-case.ts';

export interface PipelineUp {
  /** Name of the pipeline, and of its model in the registry. */
  name: string;
  folder: string;
  /** `waits`: a person has to act first, as `told` describes. */
  stages: { stage: string; state: 'done' | 'unchanged' | 'waits'; told: string }[];
  /** Registered version in use, once it is deployed. */
  model?: string;
  version?: number;
}

export interface PlannedStage {
  stage: string;
  /** `follows`: runs only if an earlier stage's output changes. */
  state: 'unchanged' | 'runs' | 'follows';
  /** Changed inputs, or the recorded outcome. */
  why: string[];
  /** Measured on the rows, once there is a data set. */
  seconds?: number;
  peakBytes?: number;
  /** By `price_per_hour`. */
  cost?: number;
}

export interface PipelinePlan {
  name: string;
  folder: string;
  stages: PlannedStage[];
}

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'bring a pipeline up to date, from documents to a model in use; only what changed runs',
  arguments: ({ z, argumentOr }) => [
    argumentOr(
      'pipeline',
      'FILE',
      'a data pipeline with systems, recipe, gate, deploy: a .yaml, or a .ts that exports it',
      z.custom<DeploymentSpec>(),
    ),
  ],
  options: ({ flag, inMemory }) => ({
    plan: flag('only list the stages that would run, why, and their time, memory and cost'),
    watch: flag('watch the sources, and run again when documents change'),
    onUp: inMemory<(up: PipelineUp) => void>('receives every result while it watches'),
  }),
  effects: ['computes', 'writes-runs', 'writes-registry', 'writes-files', 'deploys', 'fetches'],
  examples: ['pipeline up support.yaml', 'pipeline up support.yaml --plan', 'pipeline up support.yaml --watch'],
  stopping: 'stopping; the next call continues',
  resultWith: { plan: resultType<PipelinePlan>() },
  async run({ pipeline, plan = false, ...options }, call): Promise<PipelineUp | PipelinePlan> {
    const { pipelineUp, planPipeline } = await import('../pipeline/up.ts');
    return plan ? planPipeline(pipeline, { ...options, ...call, plan }) : pipelineUp(pipeline, { ...options, ...call });
  },
  async inTerminal({ pipeline, plan = false, ...options }, console): Promise<PipelineUp | PipelinePlan> {
    const { pipelineUp, planPipeline } = await import('../pipeline/up.ts');
    const signal = console.stopSignal('stopping after this step; the next call continues');
    const onUp = (up: PipelineUp): void => console.log.line(linesOf(up).join('\n'));
    return withProgress<PipelineUp | PipelinePlan>(console, (onEvent) =>
      plan
        ? planPipeline(pipeline, { ...options, onEvent, signal, plan })
        : pipelineUp(pipeline, { ...options, onUp, onEvent, signal }),
    );
  },
  async render(result, { colours }) {
    const { describePlan } = await import('./text/pipeline.ts');
    if (!isUp(result)) return describePlan(result, colours);
    const next =
      result.model === undefined
        ? []
        : ['', colours.dim(`attune serve --registry   answers as model "${shellWord(result.model)}"`)];
    return [...linesOf(result), ...next].join('\n');
  },
});

function isUp(result: PipelineUp | PipelinePlan): result is PipelineUp {
  return result.stages.every((stage) => 'told' in stage);
}

const MARKS = { done: '✓', unchanged: '·', waits: '…' };

function linesOf({ stages }: PipelineUp): string[] {
  return stages.map(
    ({ stage, state, told }) => `${MARKS[state]} ${stage}  ${state === 'waits' ? 'waits for ' : ''}${told}`,
  );
}
