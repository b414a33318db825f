import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { useCase, ModelCreation } from './use-cases/models-create.ts';
import { columnMapping } from './use-cases/shared/columns-field.ts';
import type { CallOptions } from './use-cases/use-case.ts';
import { runJob } from '../jobs/worker/index.ts';

export type CreateOptions = CallOptions<typeof useCase>;

/**
 * Creates a model with random weights and one token per item of the data; `train` with `tuning: full` then trains it.
 * @throws AttuneError E_UNKNOWN_MODEL_TYPE, E_NOT_NEW, E_WRONG_ROWS, E_ITEM_NAME, E_CONFIG_BAD, and errors of reading
 */
export async function createModel(modelType: string, options: CreateOptions): Promise<ModelCreation> {
  const { data, format, output, onEvent, signal, maxPositions, seed = 42 } = options;
  const {
    items,
    textEncoder,
    tuneTextEncoder: tunesEncoder = false,
    width = 64,
    blocks = 2,
    heads = 1,
    dropout = 0.2,
  } = options;
  const shape = { width, blocks, heads, dropout, maxPositions };
  const source = { path: resolve(data), format, columns: await columnMapping(options.columns) };
  const catalogue = items === undefined ? undefined : resolve(items);
  // Stored as an absolute path: adding items later encodes their texts, from any working directory.
  const encoder = textEncoder !== undefined && existsSync(textEncoder) ? resolve(textEncoder) : textEncoder;
  const texts = { textEncoder: encoder, tunesEncoder };
  const folder = resolve(output);
  const input = { modelType, data: source, folder, shape, catalogue, ...texts, seed };
  return { ...(await runJob({ job: 'create', input, writes: folder, onEvent, signal })), data };
}
