/** Positions and hashes of the libraries in a libtorch archive, so that the set-up can fetch them by range requests. */
import { createHash } from 'node:crypto';
import { openSync, closeSync, readSync } from 'node:fs';
import type { Source } from '../setup/libraries.mjs';
import { packedRange, readDirectory } from '../setup/unzip.mjs';

/** Files in lib/ that a CPU libtorch does not need: those for Python, tests and CUDA. */
const UNNEEDED =
  /libtorch_python|libtorch_global_deps|libshm|libcaffe2|_test|libjitbackend|libbackend_with|libtorchbind/;

interface Archive {
  file: string;
  /** Below the mirror. */
  path: string;
  version: string;
}

export function pinArchive({ file, path, version }: Archive): Source {
  const descriptor = openSync(file, 'r');
  try {
    const members = readDirectory(descriptor, file)
      .filter(({ name }) => /(^|\/)(lib|torch\.libs)\/[^/]+\.(so|dylib)(\.[\w.]+)?$/.test(name) && !UNNEEDED.test(name))
      .map((found) => {
        const { start, packed } = packedRange(descriptor, found);
        const content = Buffer.alloc(packed);
        readSync(descriptor, content, 0, packed, start);
        const sha256 = createHash('sha256').update(content).digest('hex');
        const name = found.name.slice(found.name.lastIndexOf('/') + 1);
        return { name, start, packed, bytes: found.size, deflated: found.method === 8, sha256 };
      });
    if (!members.some(({ name }) => name.startsWith('libtorch_cpu.')))
      throw new Error(`${file} has no libtorch_cpu in lib/`);
    return { path, version, members };
  } finally {
    closeSync(descriptor);
  }
}
