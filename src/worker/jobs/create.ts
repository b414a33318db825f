import { AttuneError } from '../../base/errors.ts';
import { loadData, type DataSource } from '../../data/index.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import type { NewShape } from '../../models/architecture.ts';
import { architectures } from '../../models/index.ts';
import { createModel } from '../../models/load.ts';
import { saveModel } from '../../models/save.ts';
import { itemTokenizer } from '../../text/index.ts';
import type { JobContext } from '../job.ts';

export interface CreateInput {
  modelType: string;
  data: DataSource;
  folder: string;
  shape: Omit<NewShape, 'vocabularySize' | 'maxPositions'> & { maxPositions?: number };
  seed: number;
}

export interface CreatedModel {
  folder: string;
  modelType: string;
  items: number;
  rows: number;
  maxPositions: number;
  parameters: number;
  bytes: number;
}

/** Histories beyond this are cut unless more is asked for, as in the paper for its denser data. */
const MOST_POSITIONS = 201;

/**
 * Writes a model with new weights for the items of the user's data.
 * @throws AttuneError E_UNKNOWN_MODEL_TYPE, E_NOT_NEW, E_WRONG_ROWS, E_ITEM_NAME and what reading and writing raise
 */
export async function run(
  { modelType, data, folder, shape, seed }: CreateInput,
  context: JobContext,
): Promise<CreatedModel> {
  const architecture = await architectures.load(modelType);
  if (architecture.newConfig === undefined) throw await preTrained(modelType);
  const { splits } = await loadData({ train: [data], seed, signal: context.signal });
  const rows = splits.train.map((row) => {
    if (row.kind === 'items') return row.items;
    throw new AttuneError('E_WRONG_ROWS', {
      what: 'A model of items is made from what people chose',
      got: `${row.kind} rows (${row.source.file}:${row.source.line})`,
      expected: 'rows with user and item, or with a list of items',
    });
  });
  const tokenizer = await itemTokenizer([...new Set(rows.flat())].toSorted());
  const longest = rows.reduce((most, { length }) => Math.max(most, length + 1), 2);
  const maxPositions = shape.maxPositions ?? Math.min(longest, MOST_POSITIONS);
  const config = architecture.newConfig({ ...shape, maxPositions, vocabularySize: tokenizer.size });
  const model = await createModel({ ...config, bos_token_id: tokenizer.bosId }, { dtype: 'f32', seed });
  const bytes = await writeWholeFolder(folder, (draft) => {
    tokenizer.save(draft);
    return saveModel(model, draft);
  });
  const parameters = [...model.parameters()].reduce((sum, [, { tensor }]) => sum + tensor.size, 0);
  const items = new Set(rows.flat()).size;
  return { folder, modelType, items, rows: rows.length, maxPositions, parameters, bytes };
}

async function preTrained(modelType: string): Promise<AttuneError> {
  const all = await Promise.all(architectures.names.map((name) => architectures.load(name)));
  return new AttuneError('E_NOT_NEW', {
    what: `A ${modelType} model is not made anew: it is tuned from a pre-trained one`,
    expected: all
      .filter(({ newConfig }) => newConfig !== undefined)
      .map((one) => one.modelType)
      .join(', '),
    fix: 'name a folder of a pre-trained model in the recipe; attune models pull fetches one',
  });
}
