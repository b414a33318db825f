/** Run by a test, several at a time: takes the lock and holds it, or says that it could not. */
import { lockRun } from '../../../src/store/run-lock.ts';

try {
  lockRun(process.argv[2]);
  process.stdout.write('taken\n');
  setInterval(() => undefined, 1000);
} catch {
  process.stdout.write('locked\n');
}
