/** Prints "N passed, N failed, N skipped" from vitest's JSON result; fails where there is none or no test ran. */
import { readFileSync } from 'node:fs';

let result;
try {
  result = JSON.parse(readFileSync(process.argv[2], 'utf8'));
} catch (error) {
  console.error(`no test result: ${error.message}`);
  process.exit(1);
}
// A file that does not even load has no tests of its own to count.
const broken = result.testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.length === 0,
).length;
const passed = result.numPassedTests;
const failed = result.numFailedTests + broken;
const skipped = result.numPendingTests + result.numTodoTests;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
if (passed + failed === 0) process.exit(1);
