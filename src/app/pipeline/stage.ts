/** Stages of a pipeline, and records of finished ones: a stage whose inputs have not changed is skipped. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EventSink } from '../../base/events.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import { sha256 } from '../../files/hash.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { makeFolders } from '../../files/make-folder.ts';
import type { Deployment } from './pipeline-file.ts';

/** Version of the stages' code: incremented when a stage gives another output for the same inputs. */
const CODE = 1;

export interface StageContext {
  deployment: Deployment;
  onEvent: EventSink;
  signal: AbortSignal;
}

/** Results of earlier stages, by name. */
export type Outputs = Readonly<Record<string, unknown>>;

export interface Stage {
  name: string;
  /** Stages that its inputs come from; all earlier ones by default. */
  needs?: readonly string[];
  /** Everything that determines the output, as plain values; undefined until the stages that it needs have run. */
  inputs(context: StageContext, before: Outputs): Promise<unknown> | unknown;
  run(context: StageContext, before: Outputs): Promise<StageResult>;
  /** Expected time and memory, if they can be measured in advance. */
  estimate?(context: StageContext, before: Outputs): Promise<StageEstimate | undefined>;
  /** Whether the recorded output is still there. */
  isThere?(context: StageContext, output: never): boolean | Promise<boolean>;
}

export interface StageEstimate {
  seconds: number;
  peakBytes: number;
}

/** A finished stage, or the reason to wait for a person. */
export type StageResult = { output: unknown; told: string } | { waitsFor: string };

export interface StageRecord {
  stage: string;
  /** Hash of inputs and code version. */
  key: string;
  inputs: unknown;
  output: unknown;
  /** Outcome as text: "512 rows". */
  told: string;
}

export function keyOf(stage: string, inputs: unknown): string {
  return sha256(JSON.stringify([CODE, stage, inputs]));
}

/** Records of a pipeline's stages, one file each. They contain no times, so that equal runs have equal bytes. */
export class StageBook {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, 'stages');
  }

  read(stage: string): StageRecord | undefined {
    const path = this.#path(stage);
    return existsSync(path) ? readJson<StageRecord>(path) : undefined;
  }

  write(record: StageRecord): void {
    makeFolders(this.#folder);
    writeJson(this.#path(record.stage), record);
  }

  #path(stage: string): string {
    return join(this.#folder, `${stage.replaceAll(/[^\w.-]+/g, '-')}.json`);
  }
}

/** Changed inputs, as paths with their values before and now. */
export function changesIn(before: unknown, now: unknown, path = ''): string[] {
  if (JSON.stringify(before) === JSON.stringify(now)) return [];
  if (!isPlainObject(before) || !isPlainObject(now)) return [`${path}: ${shown(before)} → ${shown(now)}`];
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.flatMap((name) => changesIn(before[name], now[name], path === '' ? name : `${path}.${name}`));
}

const LONGEST = 60;

function shown(value: unknown): string {
  const text = value === undefined ? 'none' : JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
