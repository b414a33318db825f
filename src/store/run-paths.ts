import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../files/json.ts';

/** The names inside a run's folder. */
export interface RunPaths {
  recipe: string;
  events: string;
  metrics: string;
  checkpoints: string;
  lock: string;
  heartbeat: string;
  /** Its presence asks the worker to save and stop. */
  stop: string;
  /** Unfinished private runs: the key of the noise. */
  secret: string;
  /** Output of the worker's process. */
  log: string;
  samples: string;
  /** Files of the result that each assessment was measured on. */
  measured: string;
  gate: string;
  gatePage: string;
  reportHtml: string;
  reportJson: string;
  tensorboard: string;
  /** Rows that a program had in memory. */
  rows: string;
}

export function runPaths(folder: string): RunPaths {
  return {
    recipe: join(folder, 'recipe.json'),
    events: join(folder, 'events.jsonl'),
    metrics: join(folder, 'metrics.jsonl'),
    checkpoints: join(folder, 'checkpoints'),
    lock: join(folder, 'run.lock'),
    heartbeat: join(folder, 'heartbeat.json'),
    stop: join(folder, 'stop'),
    secret: join(folder, 'secret.json'),
    log: join(folder, 'worker.log'),
    samples: join(folder, 'samples.json'),
    measured: join(folder, 'measured.json'),
    gate: join(folder, 'gate.json'),
    gatePage: join(folder, 'gate.html'),
    reportHtml: join(folder, 'report.html'),
    reportJson: join(folder, 'report.json'),
    tensorboard: join(folder, 'tensorboard'),
    rows: join(folder, 'rows'),
  };
}

/** A sign of life: what the worker was doing when it last came round to say so. */
export interface Heartbeat {
  pid: number;
  /** Milliseconds since the epoch. */
  at: number;
  step: number;
  phase: string;
  memoryBytes: number;
}

/** Replaces the heartbeat; not synced to the disk, since it only has a meaning while the machine is up. */
export function writeHeartbeat(folder: string, heartbeat: Heartbeat): void {
  const path = runPaths(folder).heartbeat;
  writeFileSync(`${path}.tmp`, JSON.stringify(heartbeat));
  renameSync(`${path}.tmp`, path);
}

export function readHeartbeat(folder: string): Heartbeat | undefined {
  try {
    return parseJson(readFileSync(runPaths(folder).heartbeat, 'utf8')) as Heartbeat;
  } catch {
    return undefined;
  }
}
