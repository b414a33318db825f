import type { PipelineSpec } from '../prepare/index.ts';

/** Types a pipeline that is written in TypeScript: `export default definePipeline({ … })`. */
export function definePipeline(pipeline: PipelineSpec): PipelineSpec {
  return pipeline;
}
