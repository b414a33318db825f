/** Results for one fixture folder, as printed by `npm run parity -- --json`. */
export interface FolderReport {
  folder: string;
  model_type: string;
  outputs: OutputReport[];
  /** null if the reference generated nothing. */
  generatedIdsEqual: boolean | null;
  curves: CurveReport[];
  /** Groups of reference values that attune does not compute. */
  notBuilt?: string[];
  /** Cases in which an older version of the reference differs, with the reason. */
  otherVersions?: string[];
  ok: boolean;
  /** Failures in words; empty if all is well. */
  problems: string[];
}

export interface OutputReport {
  name: string;
  /** Largest absolute difference; null if it could not be computed or is NaN. */
  maxAbs: number | null;
  /** Numbers compared. */
  compared: number;
}

export interface CurveReport {
  name: string;
  /** Largest difference relative to the reference's loss. */
  maxRel: number | null;
  first: number;
  last: number;
}

/** One line per folder, one more for each failure. */
export function printTable(folders: readonly FolderReport[]): string {
  const lines = folders.flatMap((report) => [
    summary(report),
    ...report.problems.map((problem) => `     ✗ ${problem}`),
    ...(report.notBuilt ?? []).map((group) => `     – ${group}: not built yet`),
    ...(report.otherVersions ?? []).map((reason) => `     – ${reason}`),
  ]);
  const failed = folders.filter((report) => !report.ok).length;
  lines.push(failed === 0 ? `all ${folders.length} folders agree` : `${failed} of ${folders.length} folders differ`);
  return lines.join('\n');
}

function summary({ folder, model_type: type, outputs, generatedIdsEqual, curves, ok }: FolderReport): string {
  const worst = Math.max(0, ...outputs.map((output) => output.maxAbs ?? Infinity));
  const compared = outputs.reduce((sum, output) => sum + output.compared, 0);
  const parts = [`${outputs.length} tensors, ${compared} numbers, max |Δ| ${worst.toExponential(1)}`];
  if (generatedIdsEqual !== null) parts.push(generatedIdsEqual ? 'same ids generated' : 'other ids generated');
  for (const curve of curves) parts.push(`${curve.name} ${((curve.maxRel ?? Infinity) * 100).toPrecision(2)} %`);
  return `${ok ? 'ok  ' : 'FAIL'} ${folder} (${type}): ${parts.join('; ')}`;
}
