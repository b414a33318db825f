import type { FolderReport } from './report.ts';
export async function compareCurves(_folder: string, _report: FolderReport): Promise<void> {}
