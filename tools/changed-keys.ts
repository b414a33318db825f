/**
 * Compares configurations in which one key at a time was changed (makers/today/mutations.py) with the reference's
 * numbers: node tools/changed-keys.ts FOLDER…
 *
 * A key that changes the reference's numbers has to change ours in the same way, or the configuration has to be
 * refused.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJsonObject } from '../src/files/json-object.ts';
import { skeleton } from '../src/models/skeleton.ts';
import type { RawConfig } from '../src/models/raw-config.ts';
import { writeDefinition, type Definition } from './parity/definition.ts';
import { checkFolder } from './parity/folder.ts';

const TOLERANCE = 1e-4;

/** The first line of an error, or how far the outputs differ; undefined where they agree. */
async function judge(definition: Definition): Promise<{ refused?: string; off?: string }> {
  const { changed: _, ...config } = definition.config;
  try {
    await skeleton(config as RawConfig, {});
  } catch (error) {
    return { refused: (error as Error).message.split('\n').slice(0, 3).join(' ') };
  }
  const folder = mkdtempSync(join(tmpdir(), 'attune-changed-'));
  try {
    writeDefinition(folder, { ...definition, config });
    const { outputs, problems } = await checkFolder(folder);
    const far = outputs.filter(({ maxAbs }) => !(Number(maxAbs) <= TOLERANCE));
    if (far.length === 0 && problems.length === 0) return {};
    return {
      off: [...far.map(({ name, maxAbs }) => `${name} ${Number(maxAbs).toPrecision(2)}`), ...problems]
        .join('; ')
        .slice(0, 200),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const outputsOf = ({ tensors }: Definition): string =>
  JSON.stringify([tensors.logits, tensors.last_hidden_state, tensors.embedding]);

let wrong = 0;
for (const folder of process.argv.slice(2)) {
  const files = readdirSync(folder).toSorted();
  const read = (file: string) => readJsonObject(join(folder, file)) as unknown as Definition;
  const before = outputsOf(read(files[0]));
  const counts = { same: 0, agree: 0, refused: 0 };
  for (const file of files) {
    const definition = read(file);
    const isRead = outputsOf(definition) !== before;
    const { refused, off } = await judge(definition);
    if (off !== undefined)
      console.log(
        `${folder}: ${String(definition.config.changed)}: ${isRead ? '' : 'has no effect in the reference: '}${off}`,
      );
    else if (refused !== undefined && process.env.REFUSED)
      console.log(`  refused: ${String(definition.config.changed)}: ${refused}`);
    wrong += off === undefined ? 0 : 1;
    counts[refused !== undefined ? 'refused' : isRead ? 'agree' : 'same'] += off === undefined ? 1 : 0;
  }
  console.log(
    `${folder}: ${counts.agree} keys change the numbers and agree, ${counts.same} change nothing, ${counts.refused} are refused`,
  );
}
process.exitCode = wrong > 0 ? 3 : 0;
