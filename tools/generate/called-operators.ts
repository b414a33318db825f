/** The libtorch operators that our sources call, and their schemas in the installed libtorch. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { engine } from '../../src/engine/tensor/engine.ts';
import { listFiles } from '../check/source-files.ts';

const FOLDERS = ['src', 'test', 'tools', 'bench', 'makers', 'studies', 'examples'];

/** Names as in schemas: `aten::add.Tensor`, `aten::relu`. */
export function calledOperators(root: string): string[] {
  const files = listFiles(root, FOLDERS, ['.ts']).filter((file) => !file.includes('.generated.'));
  const names = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(/\baten\s*\.(\w+)\s*\.(\w+)/g)].map(([, name, overload]) => fullName(name!, overload!));
  });
  return [...new Set(names)].toSorted();
}

function fullName(name: string, overload: string): string {
  return overload === 'default' ? `aten::${name}` : `aten::${name}.${overload}`;
}

/** Schemas in libtorch's notation: `aten::relu(Tensor self) -> Tensor`. */
export function installedSchemas(names: readonly string[]): string[] {
  return names.map((full) => {
    const [name = '', overload = ''] = full.split('.');
    const handle = engine().find(name, overload);
    if (handle === undefined) throw new Error(`libtorch has no operator ${full}`);
    return engine().schema(handle);
  });
}
