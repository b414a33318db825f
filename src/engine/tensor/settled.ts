import { dtypeCode } from './dtype.ts';
import { engine } from './engine.ts';
import { Tensor } from './tensor.ts';

/** Where each begins: a cache line's multiple. */
const ALIGNMENT = 64;

/**
 * Contiguous copies in large pages of memory, if the system has them; on the CPU only. Weights, which are read whole
 * for every token, are read faster from there than from the pages of a file.
 */
export function settled(tensors: readonly Tensor[]): Tensor[] {
  const sizes = tensors.map(({ bytes }) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
  const memory = engine().allocate(sizes.reduce((sum, bytes) => sum + bytes, 0));
  let start = 0;
  const copies = tensors.map((tensor, i) => {
    const copy = new Tensor(engine().fromMapping(memory, start, tensor.shape, dtypeCode[tensor.dtype]));
    start += sizes[i];
    return copy.copy_(tensor);
  });
  engine().unmap(memory);
  return copies;
}
