import type { PipelineSpec } from '../preparation/index.ts';

/** Types a pipeline written in TypeScript: `export default definePipeline({ … })`. */
export function definePipeline(pipeline: PipelineSpec): PipelineSpec {
  return pipeline;
}
