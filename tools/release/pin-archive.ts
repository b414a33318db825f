/** Positions and hashes of the libraries in a libtorch archive, so that the set-up can fetch them by range requests. */
import { createHash } from 'node:crypto';
import { openSync, closeSync, readSync } from 'node:fs';
import type { Source } from '../setup/libraries.mjs';
import { packedRange, readDirectory } from '../setup/unzip.mjs';

/** Files in lib/ that a CPU libtorch does not need: those for Python, tests and CUDA. */
const UNNEEDED =
  /libtorch_python|libtorch_global_deps|libshm|libcaffe2|_test|libjitbackend|libbackend_with|libtorchbind/;

/** @param entry FILE=PATH: the archive here, and its path below the mirror; the version is the PATH's first */
export function pinArchive(entry: string): Source {
  const at = entry.indexOf('=');
  const [file, path] = [entry.slice(0, at), entry.slice(at + 1)];
  const version = /\d+\.\d+\.\d+/.exec(path)?.[0];
  if (at < 0 || version === undefined) throw new Error(`--archive ${entry}: expected FILE=PATH with a version in PATH`);
  const descriptor = openSync(file, 'r');
  try {
    const members = readDirectory(descriptor, file)
      .filter(({ name }) => /(^|\/)lib\/[^/]+\.(so|dylib)(\.[\w.]+)?$/.test(name) && !UNNEEDED.test(name))
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
