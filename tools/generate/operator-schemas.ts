/** Schemas of operators: the libtorch ones that our sources call, and those of our own kernels. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One schema per line, sorted. */
export const DECLARED = 'src/engine/tensor/operators.schema';
export const KERNELS = 'native/kernels';

export function declaredSchemas(root: string): string[] {
  return readFileSync(join(root, DECLARED), 'utf8').split('\n').filter(Boolean);
}

/** Operators that our kernels define by `library.def("name(…) -> …")`, in one string literal or several. */
export function kernelSchemas(root: string): string[] {
  return kernelFiles(root)
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .flatMap((text) => [...text.matchAll(/library\.def\(\s*((?:"[^"]*"\s*)+)/g)])
    .map(([, literals = '']) => `attune::${literals.replaceAll(/"\s*"/g, '').trim().slice(1, -1)}`)
    .toSorted();
}

export function kernelFiles(root: string): string[] {
  const names = readdirSync(join(root, KERNELS)).filter((name) => name.endsWith('.cpp'));
  return names.toSorted().map((name) => `${KERNELS}/${name}`);
}
