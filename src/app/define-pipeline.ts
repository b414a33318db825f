import type { DeploymentSpec } from './pipeline/pipeline-file.ts';

/** Types a pipeline written in TypeScript: `export default definePipeline({ … })`. */
export function definePipeline(pipeline: DeploymentSpec): DeploymentSpec {
  return pipeline;
}
