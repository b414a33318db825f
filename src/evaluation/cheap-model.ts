import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { isKind, type ExampleKind } from '../data/kinds/index.ts';
import { readJson, writeJson } from '../files/json.ts';
import { readArrays, writeArrays } from '../engine/tensor/array-file.ts';
import { DESCRIPTION } from '../answering/baselines/cheap-names.ts';
import { baselines, type BaselineName } from '../answering/baselines/index.ts';
import { isKept, type KeptBaseline, type LearntState } from '../answering/baselines/kept.ts';
import type { Predictor } from '../scoring/predictor.ts';
import type { Thresholds } from '../scoring/chosen-labels.ts';
import { withThresholds } from './thresholds.ts';

/** File of arrays next to the description. */
const ARRAYS = 'cheap_model.safetensors';
const VERSION = 1;

/** Description of a saved cheap system. */
export interface CheapModel {
  version: typeof VERSION;
  /** Name in recipes: "tfidf". */
  model: string;
  baseline: BaselineName;
  /** Title: "tf-idf + logistic regression". */
  title: string;
  /** Kind of its training rows. */
  kind: ExampleKind;
  /** Its classes, if it is a classifier. */
  labels?: readonly string[];
  /** Whether the folder contains its training rows. */
  holds_rows?: boolean;
  /** Decision thresholds by label. */
  label_thresholds?: Thresholds;
}

interface CheapModelFile extends CheapModel {
  learnt: LearntState['values'];
}

export function writeCheapModel(folder: string, about: Omit<CheapModel, 'version'>, state: LearntState): void {
  if (Object.keys(state.arrays).length > 0) writeArrays(join(folder, ARRAYS), state.arrays);
  writeJson(join(folder, DESCRIPTION), { version: VERSION, ...about, learnt: state.values } satisfies CheapModelFile);
}

/** Reads the description in a cheap system's folder. */
export function describeCheap(folder: string): CheapModel {
  const { learnt: _, ...about } = readJson<CheapModelFile>(join(folder, DESCRIPTION));
  return about;
}

/** Opens a cheap system without libtorch. @throws AttuneError E_CHEAP_MODEL_BAD, E_BAD_JSON, E_SAFETENSORS_… */
export async function openCheapModel(folder: string): Promise<{ about: CheapModel; predictor: Predictor }> {
  const path = join(folder, DESCRIPTION);
  const { learnt, ...about } = readJson<CheapModelFile>(path);
  if (about.version !== VERSION) throw bad(path, `version ${about.version}`, `version ${VERSION}`);
  const baseline = baselines.has(about.baseline) ? await baselines.load(about.baseline) : undefined;
  if (baseline === undefined || !isKept(baseline))
    throw bad(path, `the system "${about.baseline}"`, 'a system that can be saved');
  if (!isKind(about.kind)) throw bad(path, `rows of kind "${String(about.kind)}"`, 'a kind known to this version');
  const arrays = existsSync(join(folder, ARRAYS)) ? readArrays(join(folder, ARRAYS)) : {};
  return { about, predictor: openKept(baseline, { values: learnt, arrays }, about) };
}

/** Restores a baseline from its learnt state, with its decision thresholds. */
export function openKept(
  baseline: KeptBaseline,
  state: LearntState,
  { label_thresholds: thresholds }: Pick<CheapModel, 'label_thresholds'>,
): Predictor {
  const predictor = baseline.open(state);
  return thresholds === undefined ? predictor : withThresholds(predictor, thresholds);
}

function bad(path: string, got: string, expected: string): AttuneError {
  return new AttuneError('E_CHEAP_MODEL_BAD', {
    what: `${path} is not a model that this version of attune can open`,
    got,
    expected,
    fix: 'train it again with this version',
  });
}
