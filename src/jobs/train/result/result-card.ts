import { figuresOfAll } from '../../../evaluation/assessments/index.ts';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { isPromptedFolder, readPrompting } from '../../../answering/prompting/kept-prompting.ts';
import { isCheapFolder } from '../../../answering/baselines/cheap-names.ts';
import { describeCheap } from '../../../evaluation/cheap-model.ts';
import { wordingFinding } from '../../../evaluation/wording/wording-sentence.ts';
import { writeFileAtomic } from '../../../files/atomic.ts';
import { tasks } from '../../../answering/tasks/index.ts';
import { readReport } from '../../report/run-report.ts';
import { isPeftFolder } from '../../../methods/tunings/adapter-config.ts';
import { modelCard, type ModelCardParts } from '../../../store/model-card.ts';
import type { Wording } from '../../../evaluation/wording/wording-results.ts';
import { isAdapterFolder } from '../../../answering/model/base-model.ts';
import { readCalibration } from '../../../answering/model/kept-calibration.ts';
import { formatNumber } from '../../../base/format.ts';
import { promptFormOf, readNotes, type ResultNotesFile } from '../../../answering/model/result-notes.ts';

/**
 * Writes the README.md of a result from its notes and its run's logs; called again when there is more to say, such as a
 * comparison. Does nothing for results that attune did not make.
 */
export function writeModelCard(runFolder: string, resultFolder: string): void {
  const notes = readNotes(resultFolder);
  if (notes === undefined) return;
  const report = readReport(runFolder);
  const { run, data, comparison, identity, wording, baseRemark } = report;
  const { comparison: compared, ...others } = figuresOfAll(report);
  const card = modelCard({
    name: basename(run.folder),
    ...originOf(resultFolder, notes),
    task: tasks[notes.task].pipelineTag,
    tags: [run.tuning, run.objective, ...decisionTags(resultFolder, run.objective)].filter((tag) => tag !== undefined),
    source: run.source,
    data,
    metrics: Object.keys(notes.metrics).length === 0 ? {} : { validation: notes.metrics },
    comparison,
    compared,
    measured: Object.values(others),
    privacy: notes.privacy,
    promptForm: promptFormOf(notes),
    systemPrompt: notes.system_prompt,
    vocabularySize: notes.vocabulary_size,
    recipe: notes.recipe,
    identity,
    notes: [limitsOf(wording, baseRemark), calibrationOf(resultFolder)].filter(Boolean).join('\n\n') || undefined,
  });
  writeFileAtomic(join(resultFolder, 'README.md'), card);
}

/** Limits of the result, in Markdown. */
function limitsOf(wording: Wording | undefined, baseRemark: string | undefined): string | undefined {
  const known = [wording && wordingFinding(wording).sentence, baseRemark].filter((one) => one !== undefined);
  return known.length === 0 ? undefined : ['## Limits', ...known].join('\n\n');
}

/** Tags under which hubs list models for typed questions. */
function decisionTags(folder: string, objective: string | undefined): string[] {
  if (objective !== 'decision') return [];
  return ['decision-model', 'system-one', ...(readCalibration(folder) === undefined ? [] : ['calibrated-decisions'])];
}

/** Calibration of typed questions, in Markdown. */
function calibrationOf(folder: string): string | undefined {
  const found = readCalibration(folder);
  if (found === undefined) return undefined;
  const { rows, metrics, temperatures, acting } = found;
  const shown = ({ estimate, low, high }: (typeof metrics)[string]['after']): string =>
    `${formatNumber(estimate)} (${formatNumber(low)} to ${formatNumber(high)})`;
  const figures = Object.entries(metrics).map(
    ([name, { before, after }]) => `| \`${name}\` | ${shown(before)} | ${shown(after)} |`,
  );
  const kept = Object.entries(temperatures).map(([type, { all }]) => `${type} ${formatNumber(all)}`);
  const decided = Object.entries(acting).map(
    ([id, one]) =>
      `- ${id}: ${shown(one.decided)} decided without a person${one.wrong ? `, ${shown(one.wrong)} of them wrong` : ''}`,
  );
  return [
    '## Calibration',
    `Temperatures (${kept.join(', ')}) fitted on ${rows.fitted} rows and measured on ${rows.measured} others, with 95 % intervals:`,
    ['| metric | before | after |', '|---|---|---|', ...figures].join('\n'),
    ...(decided.length > 0 ? [decided.join('\n')] : []),
  ].join('\n\n');
}

/** Provenance of the result. A cheap system has no base model. */
function originOf(
  folder: string,
  notes: ResultNotesFile,
): Pick<ModelCardParts, 'kind' | 'isOwnFormat' | 'baseModel' | 'system' | 'holdsRows' | 'license' | 'languages'> {
  if (isCheapFolder(folder)) {
    const { title, holds_rows: holdsRows } = describeCheap(folder);
    return { kind: 'cheap', system: title, holdsRows };
  }
  if (isPromptedFolder(folder)) {
    const { title } = readPrompting(folder);
    return { kind: 'prompted', system: title, holdsRows: true, ...licenceOf(notes.base_folder) };
  }
  const kind = isAdapterFolder(folder) ? 'adapter' : 'model';
  const isOwnFormat = kind === 'adapter' && !isPeftFolder(folder);
  return { kind, isOwnFormat, baseModel: notes.base_model, ...licenceOf(notes.base_folder) };
}

/** Licence and languages from the base model's own card. */
function licenceOf(baseFolder: string): Pick<ModelCardParts, 'license' | 'languages'> {
  const path = join(baseFolder, 'README.md');
  const front = existsSync(path) ? /^---\n([\s\S]*?)\n---/.exec(readFileSync(path, 'utf8'))?.[1] : undefined;
  if (front === undefined) return {};
  const { license, language } = frontMatter(front);
  return {
    ...(typeof license === 'string' && { license }),
    ...(language !== undefined && { languages: [language].flat().map(String) }),
  };
}

/** A malformed card of the base model must not fail the run. */
function frontMatter(text: string): Record<string, unknown> {
  try {
    return (parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
