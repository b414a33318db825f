import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel, readConfig } from '../../src/models/load-model.ts';
import type { Model } from '../../src/models/model.ts';
import { aten, noGrad, SafetensorsFile, scope, type DType, type Tensor } from '../../src/engine/tensor/index.ts';
import { compareOutput } from './compare.ts';
import { compareCurves } from './curves.ts';
import { generatesSame } from './generate.ts';
import { inputNames, inputOf, type Tensors } from './input.ts';
import { outputOf, runForward } from './outputs.ts';
import { comparePreference } from './preference.ts';
import { checkObjectives, holdsObjectives } from './objectives/check.ts';
import type { FolderReport, OutputReport } from './report.ts';
import { compareMerging, isMergingCase } from './merging.ts';
import { compareOptimisers, isOptimisersCase } from './optimisers.ts';
import { comparePrivacy, isPrivacyCase } from './privacy.ts';
import { compareQuantisation, isQuantisationFolder } from './quantisation.ts';
import { compareQuantised, isQuantisedCase } from './quantised.ts';
import { compareTuning, isTuningCase } from './tuning.ts';

/** Absolute, in f32. */
const TOLERANCE = 1e-4;

/** Relative to a gradient's largest value. */
const GRADIENT_TOLERANCE = 1e-3;

/** A gradient near zero is only the reference's rounding error in f32 (Parakeet's `bias_u`, also compared with f64). */
const GRADIENT_NOISE = 1e-8;

/** Prefix of the names of a second batch's tensors. */
const SECOND = 'unpadded.';

/** Outputs of computations that attune does not have, with the reason. */
const elsewhere: Readonly<Record<string, string>> = {
  logits_int8_activations: "bitsandbytes' own rounding of activations; weights alone are compared",
};

/** Folders with something other than a model. */
const kinds: readonly {
  isCase(folder: string): boolean;
  compare(folder: string, report: FolderReport): Promise<void>;
}[] = [
  { isCase: isTuningCase, compare: compareTuning },
  { isCase: isQuantisedCase, compare: compareQuantised },
  { isCase: isMergingCase, compare: compareMerging },
  { isCase: isOptimisersCase, compare: compareOptimisers },
  { isCase: isQuantisationFolder, compare: compareQuantisation },
  { isCase: isPrivacyCase, compare: comparePrivacy },
];

/** Compares a fixture folder with the reference results in it. Errors become part of the report and are not thrown. */
export async function checkFolder(folder: string, { dtype = 'f32' }: { dtype?: DType } = {}): Promise<FolderReport> {
  const report: FolderReport = {
    folder,
    model_type: '',
    outputs: [],
    generatedIdsEqual: null,
    curves: [],
    ok: false,
    problems: [],
  };
  try {
    const other = kinds.find(({ isCase }) => isCase(folder))?.compare;
    if (other !== undefined) {
      await other(folder, report);
      return { ...report, ok: report.problems.length === 0 };
    }
    if (holdsObjectives(folder)) {
      checkObjectives(folder, report);
      return { ...report, ok: report.problems.length === 0 };
    }
    report.model_type = String(readConfig(folder).model_type);
    if (existsSync(join(folder, 'expected.safetensors'))) await compareForward(folder, dtype, report);
    else report.problems.push('there is no expected.safetensors');
    if (existsSync(join(folder, 'train.json'))) await compareCurves(folder, report);
    if (existsSync(join(folder, 'preference', 'preference.json'))) await comparePreference(folder, report);
  } catch (error) {
    report.problems.push((error as Error).message);
  }
  report.ok = report.problems.length === 0;
  return report;
}

async function compareForward(folder: string, dtype: DType, report: FolderReport): Promise<void> {
  const { model } = await loadModel(folder, { dtype });
  using file = new SafetensorsFile(join(folder, 'expected.safetensors'));
  scope(() => {
    const isSecond = (name: string) => name.startsWith(SECOND);
    const { true: second = [], false: first = [] } = Object.groupBy(file.names, (name) => `${isSecond(name)}`);
    compareOutputs(model, new Map(first.map((name) => [name, file.get(name)])), report);
    if (second.length === 0) return;
    const batch = new Map(second.map((name) => [name.slice(SECOND.length), file.get(name)]));
    compareOutputs(model, batch, report, SECOND);
  });
  if (file.names.includes('generated_ids')) {
    report.generatedIdsEqual = await generatesSame(model, file);
    if (!report.generatedIdsEqual) report.problems.push('generated_ids: greedy generation gives other tokens');
  }
  model.dispose();
}

function compareOutputs(model: Model, batch: Tensors, report: FolderReport, prefix = ''): void {
  const forward = noGrad(() => runForward(model, batch, inputOf(model, batch)));
  for (const [name, expected] of batch) {
    if (inputNames.has(name) || name === 'generated_ids') continue;
    if (name in elsewhere) {
      (report.otherVersions ??= []).push(`${name}: ${elsewhere[name]}`);
      continue;
    }
    const result = compareOne(() => noGrad(() => outputOf(forward, name)), name, expected);
    report.outputs.push({ ...result.output, name: `${prefix}${name}` });
    if (result.problem !== undefined) report.problems.push(`${prefix}${name}: ${result.problem}`);
  }
  if (report.outputs.length === 0) report.problems.push('expected.safetensors holds no output');
}

function compareOne(
  compute: () => ReturnType<typeof outputOf>,
  name: string,
  expected: Tensor,
): { output: OutputReport; problem?: string } {
  try {
    const output = compute();
    if (output === undefined)
      return { output: notCompared(name), problem: 'is not compared: nothing here computes it' };
    const { maxAbs, compared } = compareOutput(output, expected);
    const limit = toleranceOf(name, expected);
    const problem = maxAbs <= limit ? undefined : `differs by ${maxAbs.toExponential(2)}, more than ${limit}`;
    return { output: { name, maxAbs: Number.isFinite(maxAbs) ? maxAbs : null, compared }, problem };
  } catch (error) {
    return { output: notCompared(name), problem: `is not compared: ${(error as Error).message}` };
  }
}

function toleranceOf(name: string, expected: Tensor): number {
  if (!name.startsWith('gradient.')) return TOLERANCE;
  const largest = noGrad(() => aten.amax.default(aten.abs.default(expected)).item());
  return Math.max(GRADIENT_NOISE, GRADIENT_TOLERANCE * largest);
}

function notCompared(name: string): OutputReport {
  return { name, maxAbs: null, compared: 0 };
}
