/** The runs of the example about refusals. */
import { join } from 'node:path';
import { resolveRecipe } from '../../src/app/index.ts';
import type { Setting } from '../example.ts';
import { writeRows, type Row } from '../rows.ts';
import { trainWhole } from '../train-whole.ts';

export interface Learning {
  setting: Setting;
  model: string;
  epochs: number;
  rate: number;
  /** Trains all weights instead of LoRA. */
  full?: boolean;
  /** Recipe sections in addition to those shared by all runs. */
  besides?: object;
}

/** The folder of the run, or of the complete model that it produced. */
export async function learn(
  name: string,
  rows: readonly object[],
  { setting, model, epochs, rate, full = false, besides }: Learning,
): Promise<string> {
  const file = join(setting.folder, `${name}.jsonl`);
  writeRows(file, rows as Row[]);
  const output = join(setting.folder, 'runs', name);
  const recipe = await resolveRecipe({
    model,
    data: { train: file, validation: full ? 0.05 : 0, test: 0 },
    tuning: full ? 'full' : 'lora',
    training: { epochs, batch_size: full ? 32 : 5, learning_rate: rate },
    evaluation: { baselines: 'none' },
    report_to: [],
    output_dir: output,
    ...besides,
  });
  await trainWhole(recipe);
  return full ? join(output, 'model') : output;
}
