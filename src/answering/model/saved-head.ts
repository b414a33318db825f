import { AttuneError } from '../../base/errors.ts';
import { isSaved } from '../../methods/tunings/targets.ts';
import type { Task } from '../../models/architecture.ts';
import { architectures } from '../../models/index.ts';
import { labelsOf } from '../../models/labels.ts';
import { readConfig } from '../../models/load-model.ts';
import type { Model } from '../../models/model.ts';
import { readSafetensorsHeader } from '../../engine/tensor/index.ts';
import type { Tuning } from '../../methods/interfaces.ts';
import { hasClasses } from './output-reading.ts';
import type { ResultNotesFile } from './result-notes.ts';

/** Heads that PEFT trains in full for these tasks; its first versions did not list them in modules_to_save. */
const wholeHeads: Partial<Record<Task, readonly string[]>> = {
  sequence: ['classifier', 'score'],
  token: ['classifier', 'score'],
  question: ['qa_outputs'],
};

const ROOT = 'base_model.model.';

/** Heads whose weights are in an adapter's file, named as in `modules_to_save`. */
export function savedHeads(weights: string, task: Task | undefined): string[] {
  const names = (task === undefined ? undefined : wholeHeads[task]) ?? [];
  const paths = readSafetensorsHeader(weights).entries.flatMap(({ name }) => {
    const parts = name.slice(ROOT.length).split('.').slice(0, -1);
    return parts.some((part) => part.startsWith('lora_')) ? [] : parts.map((_, i) => parts.slice(0, i + 1).join('.'));
  });
  return names.filter((name) => paths.some((path) => isSaved(path, [name])));
}

/** The classes that a run was trained on. */
export function recordedClasses({ task, labels }: ResultNotesFile): readonly string[] | undefined {
  return hasClasses(task) ? labels : undefined;
}

/**
 * Classes of a third-party adapter: as many as its classifier has rows, since PEFT's configuration does not record
 * them. Undefined if the base model has the same number, in which case the base model's names apply.
 */
export async function savedClasses(
  weights: string,
  baseFolder: string,
  task: Task | undefined,
): Promise<readonly string[] | undefined> {
  if (task === undefined || !hasClasses(task)) return undefined;
  const config = readConfig(baseFolder);
  const plan = (await architectures.load(String(config.model_type))).heads(config)[task];
  const name = `${ROOT}${String(plan?.options?.name)}.weight`;
  const rows = readSafetensorsHeader(weights).entries.find((entry) => entry.name === name)?.shape[0];
  if (rows === undefined || rows === labelsOf(config).length) return undefined;
  return Array.from({ length: rows }, (_, i) => `LABEL_${i}`);
}

/** @throws E_ADAPTER_MISMATCH if neither base model nor adapter has a head's weights: its answers would be random */
export function refuseNewHead(model: Model, initialised: readonly string[], tuning: Tuning): void {
  const held = new Set(tuning.trainables.map(({ parameter }) => parameter));
  const parameters = new Map(model.parameters());
  const missing = initialised.filter((path) => model.isOfHead(path) && !held.has(parameters.get(path)!));
  if (missing.length === 0) return;
  throw new AttuneError('E_ADAPTER_MISMATCH', {
    what: 'Neither the base model nor the adapter has all weights of the head',
    problems: missing.map((field) => ({ field, message: 'is in neither' })),
    fix: 'use the base model that the adapter was trained on, with the head it had then',
  });
}
