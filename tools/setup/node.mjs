/** Started by bin/attune on a Node older than 24: brings Node 24 into the user's folder. Needs Node 20 and npm. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installNode } from './features.mjs';
import { SetupError } from './report.mjs';

try {
  installNode(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`attune: ${error.message}\n`);
  process.exitCode = 1;
}
