import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../src/files/json.ts';
import { mergeFactors, type MergeSettings } from '../../src/methods/tunings/adapter-merging.ts';
import { LoraFolder } from '../../src/methods/tunings/lora-folder.ts';
import type { MergeMethodName } from '../../src/methods/tunings/merge-methods.ts';
import { noGrad, SafetensorsFile, scope } from '../../src/engine/tensor/index.ts';
import { difference } from './compare.ts';
import type { FolderReport } from './report.ts';

/** case.json of adapters that the reference merged. */
interface MergingCase {
  weights: number[];
  density: number;
  majority_sign_method: 'total' | 'frequency';
  module: string;
  adapters: { name: string }[];
  cases: Record<string, { svd_rank: number | null }>;
}

/** Absolute. */
const TOLERANCE = 1e-5;

export function isMergingCase(folder: string): boolean {
  return existsSync(join(folder, 'case.json')) && existsSync(join(folder, 'adapter_a'));
}

/**
 * Compares the merged factors and changes of one layer with the result of PEFT's add_weighted_adapter, mask by mask.
 */
export async function compareMerging(folder: string, report: FolderReport): Promise<void> {
  const about = readJson<MergingCase>(join(folder, 'case.json'));
  report.model_type = 'adapters';
  using expected = new SafetensorsFile(join(folder, 'expected.safetensors'));
  using opened = new DisposableStack();
  const adapters: LoraFolder[] = [];
  for (const { name } of about.adapters)
    adapters.push(opened.use(await LoraFolder.open(join(folder, `adapter_${name}`))));
  for (const [name, { svd_rank: rank }] of Object.entries(about.cases)) {
    noGrad(() =>
      scope(() => {
        let drawn = 0;
        const settings: MergeSettings = {
          method: name as MergeMethodName,
          density: about.density,
          majoritySign: about.majority_sign_method,
          rank: rank ?? undefined,
          rescales: false, // as PEFT
          mask: () => expected.get(`mask.${name}.${drawn++}`).to('f32'),
        };
        const given = adapters.map((one, i) => ({ ...one.factors(about.module), weight: about.weights[i] }));
        const { a, b } = mergeFactors(about.module, given, settings);
        // PEFT scales the changes of svd methods twice; the intended values are stored next to its own.
        const wanted = [`delta_scaled_once.${name}`, `delta.${name}`].find((key) => expected.has(key))!;
        add(report, wanted, difference(b.matmul(a), expected.get(wanted)).maxAbs);
        if (rank === null) {
          add(report, `A.${name}`, difference(a, expected.get(`A.${name}`)).maxAbs);
          add(report, `B.${name}`, difference(b, expected.get(`B.${name}`)).maxAbs);
        }
      }),
    );
  }
}

function add(report: FolderReport, name: string, maxAbs: number): void {
  report.outputs.push({ name, maxAbs, compared: 1 });
  if (!(maxAbs <= TOLERANCE))
    report.problems.push(`${name}: differs by ${maxAbs.toExponential(2)}, more than ${TOLERANCE}`);
}
