/** Started by a test, several at a time: takes and holds the lock, or prints that it could not. */
import { lockRun } from '../../../src/store/run-lock.ts';

try {
  lockRun(process.argv[2]);
  process.stdout.write('taken\n');
  setInterval(() => undefined, 1000);
} catch {
  process.stdout.write('locked\n');
}
