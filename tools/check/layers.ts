/** Who may import whom: a file imports its own folder or a row below, never up, never sideways; and nothing in a circle. */
import type { Check } from './check.ts';
import { listFiles, readImports, type Import } from './source-files.ts';

/** The rows of src/, lowest first. Folders of one row do not know each other. */
const ROWS: readonly (readonly string[])[] = [
  ['base'],
  // Apart from DESIGN's row 1: tensors, hub and store all write files, whole or not at all, by one piece of code.
  ['files'],
  ['tensor', 'hub', 'store', 'terminal'],
  // Models in use: versions, aliases, jobs, in a database of their own.
  ['registry'],
  ['nn', 'text', 'image', 'audio', 'vectors'],
  ['models', 'data'],
  ['generate'],
  ['eval'],
  // Steps from documents to rows; some ask a teacher, by eval's client of endpoints.
  ['prepare'],
  // What training and answering share: a task's rows, how they are collated and answered.
  ['tasks'],
  ['train'],
  ['methods/tuning', 'methods/objectives', 'methods/update', 'methods/storage'],
  ['methods'],
  ['report', 'watch'],
  ['jobs'],
  ['worker'],
  // They talk to models in workers; `app` says how those are opened.
  ['serve', 'review'],
  ['app'],
  ['cli'],
];

const ROW_OF = new Map(ROWS.flatMap((folders, row) => folders.map((folder) => [folder, row] as const)));

export const layers: Check = {
  name: 'layers',
  run(root) {
    const files = listFiles(root, ['src', 'packages'], ['.ts', '.tsx']);
    const imports = new Map(files.map((file) => [file, readImports(root, file)]));
    const rooms = files.filter((file) => file.startsWith('src/'));
    const crossings = rooms.flatMap((file) => imports.get(file)!.flatMap((entry) => crossing(file, entry)));
    return [...unknownFolders(rooms), ...crossings, ...circles(imports), ...insiders(root)];
  },
};

/** Examples are programs to copy: they import the public API, and nothing inside of it. */
function insiders(root: string): string[] {
  return listFiles(root, ['examples'], ['.ts']).flatMap((file) =>
    readImports(root, file)
      .filter(({ target }) => target !== undefined && target !== 'src/app/index.ts' && !target.startsWith('examples/'))
      .map(({ line, specifier }) => `${file}:${line} imports ${specifier}: examples import src/app/index.ts alone`),
  );
}

function unknownFolders(files: readonly string[]): string[] {
  const unknown = new Set(files.map(folderOf).filter((folder) => !ROW_OF.has(folder)));
  return [...unknown].map((folder) => `src/${folder} is in no row: add it to ROWS in tools/check/layers.ts`);
}

function crossing(file: string, { target, specifier, line }: Import): string[] {
  // Packages are below all rooms; tools/check/packages.ts looks at their borders.
  if (target === undefined || specifier.startsWith('@attune/')) return [];
  const place = `${file}:${line}`;
  if (!target.startsWith('src/')) return [`${place} imports ${specifier}, which is outside src/ and is not published`];
  const [from, to] = [folderOf(file), folderOf(target)];
  const [fromRow, toRow] = [ROW_OF.get(from), ROW_OF.get(to)];
  if (from === to || fromRow === undefined || toRow === undefined || toRow < fromRow) return [];
  const direction = toRow === fromRow ? 'sideways' : 'up';
  return [`${place} (${from}, row ${fromRow}) imports ${direction}: ${target} (${to}, row ${toRow})`];
}

/** "src/methods/tunings/lora.ts" is of "methods/tuning", "src/models/heads/index.ts" of "models". */
function folderOf(file: string): string {
  const [, first, second] = file.split('/');
  const nested = `${first}/${second}`;
  return ROW_OF.has(nested) ? nested : first;
}

/** Files that load each other in a circle, dynamic and type imports left out: each circle once. */
function circles(imports: ReadonlyMap<string, readonly Import[]>): string[] {
  const found: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const visit = (file: string): void => {
    state.set(file, 'open');
    path.push(file);
    for (const { target, typeOnly, dynamic } of imports.get(file) ?? []) {
      if (target === undefined || typeOnly || dynamic) continue;
      if (state.get(target) === 'open')
        found.push(`imports in a circle: ${[...path.slice(path.indexOf(target)), target].join(' → ')}`);
      if (!state.has(target) && imports.has(target)) visit(target);
    }
    path.pop();
    state.set(file, 'done');
  };
  for (const file of imports.keys()) if (!state.has(file)) visit(file);
  return found;
}
