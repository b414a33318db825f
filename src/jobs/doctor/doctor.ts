import { engineIdentity } from '../../engine/tensor/index.ts';
import type { Check } from './machine-check.ts';
import { environmentChecks } from './environment.ts';
import { kernelChecks } from './kernels.ts';
import { measureRates, type Rates } from './rates.ts';
import type { JobContext } from '../../base/job.ts';
import { computeType } from '../../answering/model/resources.ts';

export interface DoctorInput {
  /** Fewer rounds: for the start of another command. */
  quick?: boolean;
}

export interface Diagnosis extends Rates {
  libtorch: string;
  threads: number;
  cpu: string;
  kernels: string;
  /** Choice of `precision: auto` on this machine. */
  computeType: string;
  checks: Check[];
  /** True where no check fails. */
  ok: boolean;
}

/** Looks at this machine: known traps, our kernels against plain operators, rates. */
export async function run(input: DoctorInput, { emit }: JobContext): Promise<Diagnosis> {
  emit({ type: 'phase-started', phase: 'engine', message: 'checking the engine on this machine' });
  const checks = [...environmentChecks(), ...kernelChecks()];
  return {
    ...engineIdentity(),
    ...measureRates(input.quick === true ? 5 : 20),
    computeType: computeType('auto'),
    checks,
    ok: checks.every(({ status }) => status !== 'fail'),
  };
}
