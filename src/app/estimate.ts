import { existsSync } from 'node:fs';
import type { EventSink } from '../base/events.ts';
import { fetchModelConfig, isRepositoryName, parseRepository } from '../hub/index.ts';
import type { RawConfig } from '../models/config.ts';
import { readConfig } from '../models/load.ts';
import { textPart } from '../models/text-part.ts';
import { quantisationOf } from '../models/quantised/config.ts';
import { runJob, type JobResult } from '../worker/index.ts';
import { modelFolder } from '../jobs/model/base-model.ts';

export interface EstimateOptions {
  /** Tokens of all epochs. Default a million. */
  tokens?: number;
  /** Longest row, in tokens. Default 1024, or the tokens of an image or a recording. */
  rowTokens?: number;
  /** Rank of LoRA. Default 16. */
  rank?: number;
  /** Told what happens: phases, progress, warnings. */
  onEvent?: EventSink;
  /** Asks to stop. */
  signal?: AbortSignal;
}

export type ModelEstimate = JobResult<'estimate'> &
  Required<Pick<EstimateOptions, 'tokens' | 'rank'>> & {
    /** How its weights are quantised, which are made dense when they are loaded: the memory is that of dense ones. */
    quantisation?: string;
  };

/**
 * Memory, time and money that tuning a model takes, here and on common GPUs, from its config.json alone: of a model on
 * the hub nothing else is fetched. `train --dry-run` measures instead.
 * @throws AttuneError E_HUB_…, E_MODEL_MISSING, E_UNKNOWN_MODEL_TYPE
 */
export async function estimate(model: string, options: EstimateOptions = {}): Promise<ModelEstimate> {
  const { tokens = 1e6, rowTokens, rank = 16, onEvent, signal } = options;
  const config = await configOf(model, signal);
  const input = { config, tokens, rowTokens, rank };
  const quantisation = quantisationOf(config)?.method;
  const estimated = await runJob({ job: 'estimate', input, onEvent, signal });
  return { ...estimated, tokens, rank, ...(quantisation !== undefined && { quantisation }) };
}

async function configOf(model: string, signal = new AbortController().signal): Promise<RawConfig> {
  if (!existsSync(model) && isRepositoryName(model.split('@')[0])) {
    return textPart((await fetchModelConfig(parseRepository(model, 'model'), { signal })) as RawConfig);
  }
  return readConfig(modelFolder(model));
}
