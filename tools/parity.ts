import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { onDevice } from '../src/base/wanted-device.ts';
import { checkFolder } from './parity/folder.ts';
import { printTable, type FolderReport } from './parity/report.ts';

/**
 * `npm run parity -- DIR… [--device cuda] [--json]` compares fixture folders with the results of the reference stack for them: each
 * output in expected.safetensors, and the training curves of train.json in f32 and in bf16. Exit code 1 on any
 * difference.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, device: { type: 'string' } },
});

if (positionals.length === 0) {
  process.stderr.write('usage: npm run parity -- DIR… [--device cuda] [--json]\n');
  process.exit(1);
}

const folders: FolderReport[] = [];
for (const folder of positionals) {
  // npm runs scripts in the package's folder; the given paths are relative to the user's.
  const path = resolve(process.env.INIT_CWD ?? '.', folder);
  const report = { ...(await onDevice(values.device, () => checkFolder(path))), folder };
  folders.push(report);
  process.stderr.write(values.json ? `${report.ok ? 'ok' : 'FAIL'} ${folder}\n` : '');
}
process.stdout.write(values.json ? `${JSON.stringify({ folders })}\n` : `${printTable(folders)}\n`);
process.exitCode = folders.every((report) => report.ok) ? 0 : 1;
