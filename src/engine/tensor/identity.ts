import { engine } from './engine.ts';
import { attune } from './operators.ts';

/** The machine's arithmetic, as part of a run's identity. `kernels` are attune's: ATTUNE_KERNELS, or the best available. */
export function engineIdentity(): { libtorch: string; threads: number; cpu: string; kernels: string } {
  const native = engine();
  const kernels = attune.kernels.default();
  return { libtorch: native.version(), threads: native.threads(), cpu: native.cpuCapability(), kernels };
}
