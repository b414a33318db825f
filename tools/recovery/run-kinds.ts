/** The runs that runs.ts kills: one recipe per kind, for a tiny model and its rows. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTinyModel } from '../../test/system/cli-tiny-model.ts';

export const STEPS = 40;

const lora = { method: 'lora', r: 4, dropout: 0.1 };
const grpo = { name: 'grpo', reward_funcs: ['edit_distance'], num_generations: 4, max_completion_length: 12 };

/** Settings of each kind's recipe. */
const kinds = {
  lora: { tuning: lora },
  full: { tuning: 'full' },
  dpo: { tuning: lora, objective: 'dpo', train: 'pairs.jsonl' },
  grpo: { tuning: lora, objective: grpo, train: 'graded.jsonl' },
  nf4: { tuning: lora, storage: 'nf4' },
  dp_sgd: { tuning: lora, optimizer: { name: 'dp_sgd', noise_multiplier: 1 } },
} as const;

export type Kind = keyof typeof kinds;
export const KINDS = Object.keys(kinds) as Kind[];

/** Writes the model, the rows and a `KIND.yaml` for each kind, with `out` as the run's folder. */
export async function writeRunKinds(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const rows = Array.from({ length: 64 }, (_, i) => ({
    prompt: `What is item ${i} of Ann Lee?`,
    completion: ` Thing ${i * 17}.`,
  }));
  const lines = (values: readonly object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
  const text = lines(rows);
  writeFileSync(join(folder, 'rows.jsonl'), text);
  const pairs = rows.map(({ prompt, completion }, i) => ({ prompt, chosen: completion, rejected: ` No idea ${i}.` }));
  writeFileSync(join(folder, 'pairs.jsonl'), lines(pairs));
  const graded = rows.map(({ prompt, completion }) => ({ prompt, answer: completion }));
  writeFileSync(join(folder, 'graded.jsonl'), lines(graded));
  await writeTinyModel(join(folder, 'model'), text);
  for (const kind of KINDS) writeFileSync(join(folder, `${kind}.yaml`), JSON.stringify(recipeOf(kind)));
}

function recipeOf(kind: Kind): object {
  const { train = 'rows.jsonl', optimizer = 'adamw', ...own }: Record<string, unknown> = kinds[kind];
  return {
    model: 'model',
    data: { train, validation: 0.125, test: 0.125 },
    training: { max_steps: STEPS, batch_size: 4, precision: 'f32', seed: 3, optimizer },
    checkpoints: { every: 7 },
    evaluation: { every: 10 },
    output_dir: 'out',
    ...own,
  };
}
