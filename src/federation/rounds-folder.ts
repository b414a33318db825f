/** The rounds of a federation on disk: a folder each, with the averaged weights. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from '../files/json.ts';
import { writeWholeFolder } from '../files/whole-folder.ts';
import type { Weights } from './weights.ts';
import { readWeights, writeWeights } from './weights-file.ts';

const ROUND = 'round.json';
const WEIGHTS = 'weights.safetensors';

/** A round, as kept in its folder next to its weights. */
export interface RoundRecord {
  round: number;
  attempt: number;
  /** Sites whose weights are in the average. */
  sites: readonly string[];
  /** Sites that were asked and are not in it, with the reason. */
  left_out: Readonly<Record<string, string>>;
  /** By site, as far as it tells. */
  metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Relative error of the average by truncation; 0 if exact. */
  error: number;
  weights: string;
}

/** Records of the rounds of a folder, from the start on. */
export function readRounds(folder: string): RoundRecord[] {
  const rounds = join(folder, 'rounds');
  if (!existsSync(rounds)) return [];
  const names = readdirSync(rounds)
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(a) - Number(b));
  return names.map((name) => readJson<RoundRecord>(join(rounds, name, ROUND)));
}

/** Weights of a round; those of round 0 are the start. */
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
