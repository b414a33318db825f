import { defineRegistry } from '../../base/registry.ts';
import { isFolder } from '../../files/find-files.ts';

/** Kinds of data files by file extension. */
export const containers = defineRegistry('data file type', 'E_UNKNOWN_CONTAINER', {
  jsonl: async () => (await import('@attune/tables')).jsonl,
  ndjson: async () => (await import('@attune/tables')).jsonl,
  json: async () => (await import('@attune/tables')).json,
  csv: async () => (await import('@attune/tables')).csv,
  tsv: async () => (await import('@attune/tables')).csv,
  parquet: async () => (await import('@attune/tables')).parquet,
  conll: async () => (await import('@attune/tables')).conll,
  bio: async () => (await import('@attune/tables')).conll,
  // For folders rather than extensions.
  'class folders': async () => (await import('./class-folders.ts')).classFolders,
  'media files': async () => (await import('./media-files.ts')).mediaFiles,
});

/** File extensions of data files. */
export const dataExtensions: readonly string[] = containers.names.flatMap((name) =>
  name.includes(' ') ? [] : name === 'parquet' ? [`.${name}`] : [`.${name}`, `.${name}.gz`],
);

/** Container for a file name: by its last extension, ignoring `.gz`. Folders are class folders. */
export function containerName(path: string): string {
  if (isFolder(path)) return 'class folders';
  return /([^./\\]*)(\.gz)?$/.exec(path.toLowerCase())?.[1] ?? '';
}
