import { noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { Pending } from '../../engine/group/index.ts';

/** Maximum collectives in flight: enough to keep the network busy while others are packed. */
const WINDOW = 3;

/** Runs collectives in order with a few in flight, which limits the memory for copies. `end` owns the result. */
export async function inWindow(
  count: number,
  { begin, end }: { begin(i: number): Pending | undefined; end(i: number, result: Tensor | undefined): void },
): Promise<void> {
  const pending: (Pending | undefined)[] = [];
  for (let i = 0; i < count + WINDOW; i++) {
    if (i < count) pending.push(noGrad(() => scope(() => begin(i))));
    const done = i - WINDOW;
    if (done < 0 || done >= count) continue;
    const result = await pending[done]?.result();
    noGrad(() => scope(() => end(done, result)));
  }
}
