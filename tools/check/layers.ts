/**
 * Layers of imports: a file may import its own folder and the rows below, never a row above or another room in its row;
 * and imports must not be circular.
 */
import type { Check } from './check.ts';
import { listFiles, readImports, type Import } from './source-files.ts';

/**
 * The rooms of src/ in rows, the lowest first; subfolders with their own row count separately. Rooms in the same row do
 * not import each other.
 */
export const ROWS: readonly (readonly string[])[] = [
  ['base'],
  ['files'],
  ['store', 'engine/tensor', 'app/terminal'],
  // Models in use: versions, aliases, jobs, in their own database.
  ['store/registry', 'store/hub', 'engine'],
  ['models/text'],
  ['models'],
  ['data'],
  ['scoring'],
  ['methods'],
  ['methods/tunings', 'methods/storages'],
  ['answering/decoding'],
  ['answering'],
  ['training', 'evaluation', 'preparation'],
  ['training/objectives', 'training/optimizers', 'evaluation/review'],
  ['training/recipe'],
  ['monitoring', 'jobs/report', 'federation'],
  ['jobs'],
  ['jobs/worker'],
  // These use models through workers; `app` says how models are opened.
  ['serving'],
  ['app'],
  // The terminal, and the browser part of the studio, which imports types of `app`.
  ['cli', 'studio'],
];

/** Rooms that never import each other, whatever their rows: training does not depend on evaluation. */
const STRANGERS: readonly string[] = ['training', 'evaluation'];

/** The room of a folder in `ROWS`. */
export const roomOf = (folder: string): string => folder.split('/')[0];

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

/** Examples are programs to copy: they import only the public API. */
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
  // Packages are below all rooms; tools/check/packages.ts checks their imports.
  if (target === undefined || specifier.startsWith('@attune/')) return [];
  const place = `${file}:${line}`;
  if (!target.startsWith('src/')) return [`${place} imports ${specifier}, which is outside src/ and is not published`];
  const [from, to] = [folderOf(file), folderOf(target)];
  const [fromRow, toRow] = [ROW_OF.get(from), ROW_OF.get(to)];
  if (from === to || fromRow === undefined || toRow === undefined) return [];
  const rooms = [roomOf(from), roomOf(to)];
  if (STRANGERS.every((room) => rooms.includes(room)))
    return [`${place} (${from}) imports ${target}: ${STRANGERS.join(' and ')} do not know each other`];
  if (toRow < fromRow) return [];
  const direction = toRow === fromRow ? 'sideways' : 'up';
  return [`${place} (${from}, row ${fromRow}) imports ${direction}: ${target} (${to}, row ${toRow})`];
}

/** "src/methods/tunings/lora.ts" belongs to "methods/tunings", "src/models/heads/index.ts" to "models". */
function folderOf(file: string): string {
  const [, first, second] = file.split('/');
  const nested = `${first}/${second}`;
  return ROW_OF.has(nested) ? nested : first;
}

/** Files that load each other in a circle, without dynamic and type imports. Each circle is listed once. */
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
