import { join } from 'node:path';
import { calibrationSchema, type Calibration } from '../../scoring/temperatures.ts';
import { readVersioned } from '../../store/read-versioned.ts';

/** Path of the calibration file in a model's or an adapter's folder. */
export function calibrationPath(folder: string): string {
  return join(folder, 'calibration.json');
}

/** Calibration of a model; undefined if it was not calibrated. @throws AttuneError E_RESULTS_VERSION */
export function readCalibration(folder: string): Calibration | undefined {
  const found = readVersioned<Calibration>(calibrationPath(folder), calibrationSchema.shape.version.value);
  return found && calibrationSchema.parse(found);
}
