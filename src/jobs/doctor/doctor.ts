import { engineIdentity } from '../../engine/tensor/index.ts';
import type { Check } from './machine-check.ts';
import { environmentChecks } from './environment.ts';
import { kernelChecks } from './kernels.ts';
import { measureRates, type Rates } from './rates.ts';
import type { JobContext } from '../../base/job.ts';
import { listFeatures, type FeatureState } from '../../base/optional-packages.ts';
import { computeType } from '../../answering/model/resources.ts';

export interface DoctorInput {
  /** Fewer benchmark rounds, when run at the start of another command. */
  quick?: boolean;
}

export interface Diagnosis extends Rates {
  libtorch: string;
  threads: number;
  cpu: string;
  kernels: string;
  /** The compute type that `precision: auto` chooses on this machine. */
  computeType: string;
  checks: Check[];
  /** Features whose packages are installed when asked for. */
  features: FeatureState[];
  /** True if no check fails. */
  ok: boolean;
}

/** Checks this machine: known environment problems, native kernels against plain operators, and speed. */
export async function run(input: DoctorInput, { emit }: JobContext): Promise<Diagnosis> {
  emit({ type: 'phase-started', phase: 'engine', message: 'checking the engine on this machine' });
  const checks = [...environmentChecks(), ...kernelChecks()];
  return {
    ...engineIdentity(),
    ...measureRates(input.quick === true ? 5 : 20),
    computeType: computeType('auto'),
    checks,
    features: listFeatures(),
    ok: checks.every(({ status }) => status !== 'fail'),
  };
}
