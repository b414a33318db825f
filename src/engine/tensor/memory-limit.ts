/** Process memory limits (`prlimit --data`, `ulimit -v`) under which libtorch's BLAS would hang. */
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { AttuneError } from '../../base/errors.ts';
import { formatBytes } from '../../base/format.ts';
import { dtypeCode } from './dtype.ts';
import type { Native } from './native.ts';

/** OpenBLAS allocates one per thread on loading and one for the first product; if that fails, it retries forever. */
const BLAS_BUFFER = 128 * 2 ** 20;
/** Everything else allocated while libtorch and its dependencies load; 66 MB measured. */
const LIBRARIES = 128 * 2 ** 20;

/** Kernel limits, and the usage that counts towards each. */
const LIMITS = { 'Max data size': 'VmData', 'Max address space': 'VmSize' } as const;

/** @returns whether there is a limit. @throws AttuneError E_OUT_OF_MEMORY if it is too small to load libtorch */
export function refuseSmallLimits(folder = '/proc/self'): boolean {
  if (!existsSync(`${folder}/limits`)) return false;
  const limits = readFileSync(`${folder}/limits`, 'utf8');
  const status = readFileSync(`${folder}/status`, 'utf8');
  const { OPENBLAS_NUM_THREADS, OMP_NUM_THREADS } = process.env;
  const threads = Number(OPENBLAS_NUM_THREADS ?? OMP_NUM_THREADS) || cpus().length;
  let isLimited = false;
  const needed = BLAS_BUFFER * (threads + 1) + LIBRARIES;
  for (const [name, counted] of Object.entries(LIMITS)) {
    const limit = Number(new RegExp(String.raw`^${name}\s+(\d+)`, 'm').exec(limits)?.[1] ?? Infinity);
    const used = 1024 * Number(new RegExp(String.raw`^${counted}:\s+(\d+)`, 'm').exec(status)?.[1] ?? 0);
    isLimited ||= limit !== Infinity;
    if (limit - used >= needed) continue;
    throw new AttuneError('E_OUT_OF_MEMORY', {
      what: 'The engine cannot be loaded under the memory limit of this process',
      got: `${name.slice(4)} ${formatBytes(limit)}, of which ${formatBytes(used)} are used`,
      expected: `${formatBytes(needed)} more, for ${threads} threads`,
      fix: 'raise the limit (prlimit, ulimit), or limit the memory of the container or control group instead',
    });
  }
  return isLimited;
}

/** Makes BLAS allocate this thread's product buffer while there is room for it. */
export function takeProductBuffer(native: Native): void {
  const mark = native.enterScope();
  const side = 256;
  const matrix = native.fromArray(new Float32Array(side * side), [side, side], dtypeCode.f32);
  native.call(native.find('aten::mm', '')!, matrix, matrix);
  native.leaveScope(mark, []);
}
