import { engine } from './engine.ts';
import { attune } from './operators.ts';

/** What belongs to a run's identity of the machine's arithmetic. `kernels` are ours: ATTUNE_KERNELS, or the best there are. */
export function engineIdentity(): { libtorch: string; threads: number; cpu: string; kernels: string } {
  const native = engine();
  const kernels = attune.kernels.default();
  return { libtorch: native.version(), threads: native.threads(), cpu: native.cpuCapability(), kernels };
}
