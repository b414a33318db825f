import { join } from 'node:path';
import { writeJson } from '../../files/json.ts';
import { templateHash, tokenizerHash } from '../../text/index.ts';
import type { Metrics } from '../../base/events.ts';
import { writeModelCard } from './result-card.ts';
import { RESULT_NOTES, type ResultNotesFile } from './result-notes.ts';
import { takeProbe } from './probe.ts';
import type { PreparedRun } from './training-run.ts';

/** Writes the result in its standard form, with the tokenizer and attune's own notes beside it. */
export function writeResult(run: PreparedRun, about: { step: number; metrics: Metrics }): string {
  const { context, parts, tokenizer, loaded, base } = run;
  const isAdapter = context.recipe.tuning.method !== 'full';
  const folder = join(context.folder, isAdapter ? 'adapter' : 'model');
  const notes: ResultNotesFile = {
    base_model: context.recipe.model,
    base_folder: base,
    folder,
    template_hash: templateHash(tokenizer),
    has_template: loaded.splits.train.some(({ kind }) => kind === 'chat'),
    tokenizer_hash: tokenizerHash(tokenizer),
    data_hashes: loaded.report.hashes,
    labels: run.labels,
    task: parts.objective.task,
    step: about.step,
    probe: takeProbe(parts.model, (parts.validation[0] ?? parts.train[0]).ids),
    metrics: about.metrics,
    recipe: context.recipe,
  };
  parts.tuning.save(folder, { baseModel: context.recipe.model, task: parts.objective.task });
  tokenizer.save(folder);
  writeJson(join(folder, RESULT_NOTES), notes);
  writeModelCard(context.folder, folder);
  return folder;
}
