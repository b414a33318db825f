/**
 * A held-out set as rows that `attune data audit` reads: `node tools/pii-held-out/audit-rows.ts [--set N] written.jsonl
 * [mails.jsonl PACKAGE_FOLDER]`; the first set unless N says which. The second and the fifth have no mails.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { labelledRows, SETS } from './labelled-rows.ts';

const { values, positionals } = parseArgs({
  options: { set: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const [written, mails, packageFolder] = positionals;
const set = Number(values.set);
if (written === undefined || (mails === undefined) !== (packageFolder === undefined) || !(set >= 1 && set <= SETS))
  throw new Error(`usage: audit-rows.ts [--set 1 to ${SETS}] written.jsonl [mails.jsonl PACKAGE_FOLDER]`);
writeFileSync(written, labelledRows(set, 'written').join(''));
if (mails !== undefined) {
  const mailFile = (path: string) => readFileSync(join(packageFolder, 'data', path));
  writeFileSync(mails, labelledRows(set, 'mail', mailFile).join(''));
}
