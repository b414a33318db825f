/** Files of rows, recipes and pipelines. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { checkPipeline } from '../../src/preparation/pipeline/pipeline-spec.ts';
import { containers } from '../../src/data/containers/index.ts';
import { FileReader } from '../../src/data/read-files.ts';
import { resolveRecipe } from '../../src/app/recipe/index.ts';
import { mutateBytes, mutateJson, mutateText } from './mutate.ts';
import { place, requireSound, type Target } from './target.ts';

const ROWS: Record<string, unknown>[] = [
  {
    messages: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ],
  },
  { prompt: 'a', completion: 'b' },
  { text: 'a', label: 'x' },
  { instruction: 'a', input: '', output: 'b' },
];

export function rowsTarget(ending: string, write: (rows: Record<string, unknown>[]) => string | Buffer): Target {
  return {
    seeds: () => ROWS.map((row) => Buffer.from(write(Array.from({ length: 6 }, () => row)))),
    damage: (whole, chance) => {
      if (ending === 'json' || ending === 'jsonl') {
        const values =
          ending === 'json'
            ? (JSON.parse(String(whole)) as unknown[])
            : String(whole)
                .split('\n')
                .map((line) => JSON.parse(line) as unknown);
        if (chance.draw(3) > 0) {
          const changed = values.map((value) =>
            JSON.stringify(chance.draw(2) === 0 ? mutateJson(value, chance) : value),
          );
          return Buffer.from(ending === 'json' ? `[${changed.join(',')}]` : changed.join('\n'));
        }
      }
      return mutateBytes(whole, chance);
    },
    async read(bytes, folder) {
      const path = place(folder, `rows.${ending}`, bytes);
      const reader = new FileReader();
      const { examples } = await reader.read({ path, file: `rows.${ending}` } as never, {});
      for (const { id, source } of examples) requireSound(id !== '' && source.line >= 1, 'a row without its place');
    },
  };
}

export const csvOf = (rows: Record<string, unknown>[]): string =>
  [
    Object.keys(rows[0]).join(','),
    ...rows.map((row) =>
      Object.values(row)
        .map((cell) => `"${String(cell)}"`)
        .join(','),
    ),
  ].join('\n');

/** Read in the fuzzer's own process, which may be killed: starting a process per trial would take most of the time. */
export const parquet: Target = {
  seeds: () => [
    Buffer.from(
      parquetWriteBuffer({
        columnData: ['a', 'b'].map((name) => ({ name, data: Array.from({ length: 20 }, (_, id) => `${name} ${id}`) })),
      }),
    ),
    Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'n', data: Array.from({ length: 50 }, (_, id) => id) }] })),
  ],
  damage: mutateBytes,
  async read(bytes, folder) {
    const { read } = await containers.load('parquet');
    let rows = 0;
    for await (const _ of read(place(folder, 'rows.parquet', bytes), 'rows.parquet')) if (++rows >= 10_000) break;
  },
};

const RECIPE = `model: attune-base
data: {train: rows.jsonl, validation: 0.1, max_length: 512, format: messages}
tuning: {method: lora, r: 8, alpha: 16, target_modules: all-linear}
objective: {name: sft, train_on: answers}
training: {epochs: 2, batch_size: 8, learning_rate: 1e-4, seed: 1, warmup_ratio: 0.1}
evaluation: {every: 20, metrics: [loss, exact_match]}
checkpoints: {every: 20, keep: 2}
`;
const PIPELINE = `name: set
sources: [rows.jsonl, docs]
query: select 1
steps: [{step: records}, {step: deduplicate, threshold: 0.8}, {step: quality}]
split: {by: random, validation: 0.1, test: 0.1, seed: 3, group_by: [a]}
`;
const YAML_WORDS =
  `&a *a !!js/function <<: ? - : | > { } [ ] ~ null .inf .nan 0x10 1e400 "" '' model data training tuning lora -1 1e300
  __proto__: constructor: sources: steps: step split: true`.split(/\s+/);

function yamlTarget(text: string, read: (text: string) => Promise<void>): Target {
  return {
    seeds: () => [Buffer.from(text)],
    damage: (whole, chance) => Buffer.from(mutateText(String(whole), YAML_WORDS, chance)),
    read: (bytes) => read(bytes.toString('utf8')),
  };
}

export const recipe = yamlTarget(RECIPE, async (text) => {
  const { training, data } = await resolveRecipe(text);
  requireSound(
    training.epochs === null || (training.epochs > 0 && Number.isFinite(training.epochs)),
    `epochs: ${training.epochs}`,
  );
  requireSound(data.max_length > 0, `max_length: ${data.max_length}`);
});

export const pipeline = yamlTarget(PIPELINE, async (text) => {
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(text, { logLevel: 'error' });
  } catch {
    return;
  }
  const { split } = checkPipeline(value);
  requireSound(split.validation + split.test < 1 && split.validation >= 0, 'shares of more than all');
});
