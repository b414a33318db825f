import { join } from 'node:path';
import { calibrationSchema, type Calibration } from '../../scoring/calibration.ts';
import { readVersioned } from '../../store/read-versioned.ts';

/** Where a model's folder, or an adapter's, keeps what was calibrated. */
export function calibrationPath(folder: string): string {
  return join(folder, 'calibration.json');
}

/** Undefined for a model that was not calibrated. @throws AttuneError E_RESULTS_VERSION */
export function readCalibration(folder: string): Calibration | undefined {
  const found = readVersioned<Calibration>(calibrationPath(folder), calibrationSchema.shape.version.value);
  return found && calibrationSchema.parse(found);
}
