import { join } from 'node:path';
import type { DataReport } from '../../../data/index.ts';
import { writeJson } from '../../../files/json.ts';
import { writeWholeFolder } from '../../../files/whole-folder.ts';
import { readConfig } from '../../../models/load-model.ts';
import type { Model } from '../../../models/model.ts';
import { templateHash, tokenizerHash } from '../../../models/text/index.ts';
import type { Metrics } from '../../../base/events.ts';
import { hasItemVectors, writeItemIndex } from '../../../answering/recommend/item-index.ts';
import { copyProcessor } from '../../../answering/model/model-readers.ts';
import { conversationForm } from './conversation-form.ts';
import { writeModelCard } from './result-card.ts';
import { RESULT_NOTES, type ResultNotesFile } from '../../../answering/model/result-notes.ts';
import { takeProbe } from '../../../answering/model/adapter-probe.ts';
import { preferenceOf } from '../build-trainer.ts';
import type { TrainingRun } from '../training-run.ts';
import type { TunedModel } from '../tuned-model.ts';

/** Writes the result in its standard format, with the tokenizer and attune's notes. */
export async function writeResult(run: TrainingRun, about: { step: number; metrics: Metrics }): Promise<string> {
  const { model, tuning } = run.plan.tuned;
  const { context, objective, tokenizer, base } = run.rows;
  const folder = join(context.folder, tuning.result);
  const preference = await preferenceOf(context.recipe);
  await writeWholeFolder(folder, async (draft) => {
    tuning.save(draft, { baseModel: context.recipe.model, task: objective.task });
    tokenizer.save(draft);
    copyProcessor(base, draft);
    writeJson(join(draft, RESULT_NOTES), { ...notesOn(run, { ...about, folder }), preference });
    writeModelCard(context.folder, draft);
    if (tuning.result === 'model' && hasItemVectors(model)) await writeItemIndex(draft, { model, tokenizer });
  });
  return folder;
}

/** Rows of the embedding tables, if more than the base model's. */
function grownVocabulary({ architecture, config }: Model, base: string): number | undefined {
  const { vocabularySize } = architecture.limits(config);
  return vocabularySize > architecture.limits(readConfig(base)).vocabularySize ? vocabularySize : undefined;
}

/** The objective's keys of config.json, with the chosen thresholds. */
function readingOf({ model, rows: { objective } }: TunedModel): Record<string, unknown> {
  const keys = [...Object.keys(objective.config ?? {}), 'label_thresholds'];
  return Object.fromEntries(keys.filter((key) => key in model.config).map((key) => [key, model.config[key]]));
}

/** Undefined if the training files have several formats. */
export function trainFormat({ files }: DataReport): string | undefined {
  const formats = new Set(files.flatMap(({ split, format }) => (split === 'train' ? [format] : [])));
  return formats.size === 1 ? [...formats][0] : undefined;
}

function notesOn(run: TrainingRun, about: { step: number; metrics: Metrics; folder: string }): ResultNotesFile {
  const { context, tokenizer, loaded, base, objective, labels, train, validation } = run.rows;
  const { tuned } = run.plan;
  const privacy = run.parts.update.privacySpent?.(run.trainer.state.updates);
  // A private result must not contain tokens of a training row.
  const probed = validation.rows[0] ?? (privacy === undefined ? train.rows[0] : undefined);
  return {
    base_model: context.recipe.model,
    base_folder: base,
    folder: about.folder,
    template_hash: templateHash(tokenizer),
    chat_template_kwargs: context.recipe.data.chat_template_kwargs,
    ...conversationForm(loaded.splits.train, tokenizer),
    tokenizer_hash: tokenizerHash(tokenizer),
    vocabulary_size: grownVocabulary(tuned.model, base),
    data_hashes: loaded.report.hashes,
    format: trainFormat(loaded.report),
    labels,
    config: readingOf(tuned),
    embedding: objective.embedding,
    task: objective.task,
    step: about.step,
    probe: probed === undefined ? undefined : takeProbe(tuned.model, probed.ids),
    metrics: about.metrics,
    privacy,
    // Includes the run's own decisions, so that the notes suffice to repeat it.
    recipe: { ...context.recipe, training: { ...context.recipe.training, ...run.constants.training } },
  };
}
