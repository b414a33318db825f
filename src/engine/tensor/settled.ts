import { dtypeCode } from './dtype.ts';
import { engine } from './engine.ts';
import { Tensor } from './tensor.ts';

/** Alignment of each tensor: a multiple of cache lines. */
const ALIGNMENT = 64;

/**
 * Contiguous copies in huge pages, if available; CPU only. Weights are read in full for every token, which is faster
 * from there than from memory-mapped files.
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
