import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../files/json.ts';

/** File names inside a run's folder. */
export interface RunPaths {
  recipe: string;
  events: string;
  metrics: string;
  checkpoints: string;
  lock: string;
  heartbeat: string;
  /** Its existence requests the worker to save and stop. */
  stop: string;
  /** Key of the noise, for unfinished private runs. */
  secret: string;
  /** Number of shares of each step, for unfinished runs of several processes. */
  shares: string;
  /** Output of the worker process. */
  log: string;
  samples: string;
  /** Hashes of the result's files, by assessment. */
  measured: string;
  gate: string;
  gatePage: string;
  reportHtml: string;
  reportJson: string;
  tensorboard: string;
  /** Rows passed in memory by a program. */
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
    shares: join(folder, 'shares.json'),
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

/** Heartbeat: the worker's last reported activity. */
export interface Heartbeat {
  pid: number;
  /** Milliseconds since the epoch. */
  at: number;
  step: number;
  phase: string;
  memoryBytes: number;
}

/** Replaces the heartbeat; not synced to disk, since it is only meaningful while the machine is up. */
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
