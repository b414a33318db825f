/** The rounds of a federation on disk: a folder each, with the averaged weights. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from '../files/json.ts';
import { writeWholeFolder } from '../files/whole-folder.ts';
import type { Weights } from './weights.ts';
import { readWeights, writeWeights } from './weights-file.ts';

const ROUND = 'round.json';
const WEIGHTS = 'weights.safetensors';

/** Record of a round, stored next to its weights. */
export interface RoundRecord {
  round: number;
  attempt: number;
  /** Sites whose weights are in the average. */
  sites: readonly string[];
  /** Sites that were asked but did not count, with the reason. */
  left_out: Readonly<Record<string, string>>;
  /** Metrics reported by each site. */
  metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Relative error of the average due to truncation; 0 if exact. */
  error: number;
  weights: string;
}

/** Records of all rounds in a folder, starting with round 0. */
export function readRounds(folder: string): RoundRecord[] {
  const rounds = join(folder, 'rounds');
  if (!existsSync(rounds)) return [];
  const names = readdirSync(rounds)
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(a) - Number(b));
  return names.map((name) => readJson<RoundRecord>(join(rounds, name, ROUND)));
}

/** Weights after a round; round 0 has the initial ones. */
export function weightsOf(folder: string, round: number): Weights {
  return readWeights(join(folder, 'rounds', String(round), WEIGHTS));
}

export async function keepRound(folder: string, record: RoundRecord, weights: Weights): Promise<RoundRecord> {
  await writeWholeFolder(join(folder, 'rounds', String(record.round)), (draft) => {
    writeWeights(join(draft, WEIGHTS), weights);
    writeJson(join(draft, ROUND), record);
  });
  return record;
}
