/** Facts about a target from its files alone. */
import { statSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { isCheapFolder } from '../../answering/baselines/cheap-names.ts';
import { readAdapterConfig } from '../../methods/tunings/adapter-config.ts';
import { architectures } from '../../models/index.ts';
import type { HeadPlan, Task } from '../../models/architecture.ts';
import { weightFiles } from '../../models/checkpoint-files.ts';
import { readConfig } from '../../models/load-model.ts';
import { readSentenceFiles, sentenceTask } from '../../models/sentence-folder.ts';
import type { ToolSchema } from '../../models/text/index.ts';
import { tasks } from '../../answering/tasks/index.ts';
import type { ModelKind, TargetFacts } from '../../serving/index.ts';
import { baseFolderOf } from '../../answering/model/base-folder.ts';
import { adapterWeights, isAdapterFolder, modelFolder } from '../../answering/model/base-model.ts';
import { isPromptedFolder, readPrompting } from '../../answering/prompting/kept-prompting.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import { readNotes } from '../../answering/model/result-notes.ts';
import { columnsOf } from '../../data/columns.ts';
import { notedShapes } from '../../answering/model/noted-shapes.ts';
import { trainedForm } from '../prompt-form.ts';

/** @throws AttuneError E_MODEL_MISSING, E_RUN_UNFINISHED, E_WEIGHTS_MISSING, E_TASK_UNSUPPORTED if it cannot be served */
export async function targetFacts(target: string): Promise<TargetFacts> {
  const folder = resultFolder(target);
  const created = Math.floor(statSync(folder).mtimeMs / 1000);
  if (isCheapFolder(folder)) return { kind: 'rows', task: 'sequence', folder, bytes: 0, created, ...columnsIn(folder) };
  if (isPromptedFolder(folder)) return promptedFacts(folder, created);
  const isAdapter = isAdapterFolder(folder);
  const baseFolder = isAdapter ? await baseOf(folder) : undefined;
  const task = await taskOf(folder, baseFolder);
  const hears = await readsRecordings(baseFolder ?? folder);
  const { transcribes, served } = tasks[task];
  const kind: ModelKind | undefined = transcribes?.(hears) === true ? 'speech' : served;
  if (kind === undefined) throw unaskable(target, task);
  const maxLength = await lengthOf(baseFolder ?? folder);
  const own = {
    kind,
    task,
    folder,
    created,
    maxLength,
    ...(kind === 'text' && defaultsOf(folder)),
    ...(kind === 'rows' && columnsIn(folder)),
  };
  if (baseFolder === undefined) return { ...own, bytes: bytesOf(weightFiles(folder)) };
  const bytes = bytesOf([adapterWeights(folder)]);
  return { ...own, baseFolder, bytes, baseBytes: bytesOf(weightFiles(baseFolder)) };
}

/** A prompted model needs a model of its own in memory: its prompts precede every request. */
async function promptedFacts(folder: string, created: number): Promise<TargetFacts> {
  const { baseFolder: _, bytes, baseBytes = 0, ...facts } = await targetFacts(readPrompting(folder).folder);
  const own = facts.kind === 'text' ? { defaults: undefined, ...defaultsOf(folder) } : columnsIn(folder);
  return { ...facts, ...own, folder, created, bytes: bytes + baseBytes };
}

/** Columns that formed the text of training rows, if there were several. */
function columnsIn(folder: string): Pick<TargetFacts, 'columns'> {
  const text = notedShapes(readNotes(folder)).flatMap(({ columns: mapped }) => mapped?.text ?? [])[0];
  const columns = text === undefined ? [] : columnsOf(text);
  return columns.length > 1 ? { columns } : {};
}

/** System prompt and tools common to all training rows; defaults for chats without them. */
function defaultsOf(folder: string): Pick<TargetFacts, 'defaults'> {
  const { systemPrompt, tools = [] } = trainedForm(folder) ?? {};
  if (systemPrompt === undefined && tools.length === 0) return {};
  return { defaults: { system: systemPrompt !== undefined, tools: tools.map(nameOfTool) } };
}

function nameOfTool(tool: ToolSchema): string {
  const { name } = (tool.function ?? tool) as { name?: unknown };
  return typeof name === 'string' ? name : 'unnamed';
}

async function lengthOf(folder: string): Promise<number | undefined> {
  const raw = readConfig(folder);
  const { maxPositions } = (await architectures.load(String(raw.model_type))).limits(raw);
  return Number.isFinite(maxPositions) ? maxPositions : undefined;
}

function bytesOf(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}

async function baseOf(folder: string): Promise<string> {
  return modelFolder(baseFolderOf(readNotes(folder), (await readAdapterConfig(folder)).baseModel, folder));
}

async function taskOf(folder: string, baseFolder: string | undefined): Promise<Task> {
  const noted = readNotes(folder)?.task;
  if (noted !== undefined) return noted;
  const described = baseFolder === undefined ? undefined : (await readAdapterConfig(folder)).task;
  if (described !== undefined) return described;
  const model = baseFolder ?? folder;
  const raw = readConfig(model);
  if (readSentenceFiles(model) !== undefined) return sentenceTask(raw);
  const architecture = await architectures.load(String(raw.model_type));
  const plans = Object.entries(architecture.heads(raw)) as [Task, HeadPlan][];
  const saved = Array.isArray(raw.architectures) ? (raw.architectures as unknown[]) : [];
  return (plans.find(([, plan]) => saved.includes(plan.className)) ?? plans[0])[0];
}

async function readsRecordings(folder: string): Promise<boolean> {
  const architecture = await architectures.load(String(readConfig(folder).model_type));
  return architecture.modalities?.includes('audio') === true;
}

function unaskable(target: string, task: Task): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: `${target} cannot be served: there is no endpoint for ${task}`,
    expected: 'a model that generates, classifies, transcribes, recommends or embeds',
    fix: 'tune it for a task first: attune train',
  });
}
