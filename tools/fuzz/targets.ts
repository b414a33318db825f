/** All targets of the fuzzer. */
import { csvOf, parquet, pipeline, recipe, rowsTarget } from './data-targets.ts';
import { audio, image, preprocessor } from './media-targets.ts';
import { adapter, config, gguf, safetensorsTarget, template, tokenizer } from './model-targets.ts';
import { run } from './run-target.ts';
import { server } from './server-target.ts';
import type { Target } from './target.ts';

export const targets: Readonly<Record<string, Target>> = {
  safetensors: safetensorsTarget,
  gguf,
  tokenizer,
  config,
  adapter,
  template,
  jsonl: rowsTarget('jsonl', (rows) => rows.map((row) => JSON.stringify(row)).join('\n')),
  json: rowsTarget('json', (rows) => JSON.stringify(rows)),
  csv: rowsTarget('csv', csvOf),
  conll: rowsTarget('conll', (rows) => rows.map((row) => `${Object.keys(row)[0]} O\nBonn B-LOC\n`).join('\n')),
  parquet,
  recipe,
  pipeline,
  image,
  preprocessor,
  audio,
  run,
  server,
};
