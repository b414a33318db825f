import { currentDevice } from './device.ts';
import { engine } from './engine.ts';
import { attune } from './operators.ts';

/** The machine's arithmetic, as part of a run's identity. */
export interface EngineIdentity extends Record<string, string | number> {
  libtorch: string;
  threads: number;
  cpu: string;
  /** attune's kernels for the CPU: ATTUNE_KERNELS, or the best available. */
  kernels: string;
}

/** With the `device`, unless it is the CPU. */
export function engineIdentity(): EngineIdentity {
  const native = engine();
  const kernels = attune.kernels.default();
  const own = { libtorch: native.version(), threads: native.threads(), cpu: native.cpuCapability(), kernels };
  const device = currentDevice();
  return device === 'cpu' ? own : { ...own, device };
}
