/**
 * Compares configurations in which keys were changed (makers/today/mutations.py one at a time, drawn.py several) with
 * the reference's numbers: node tools/changed-keys.ts FOLDER…
 *
 * A key that changes the reference's numbers has to change ours in the same way, or the configuration has to be
 * refused.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJson } from '../src/files/json.ts';
import { readJsonObject } from '../src/files/json-object.ts';
import { skeleton } from '../src/models/skeleton.ts';
import type { RawConfig } from '../src/models/raw-config.ts';
import { writeDefinition, type Definition } from './parity/definition.ts';
import { checkFolder } from './parity/folder.ts';

interface Case {
  changed: string;
  config: RawConfig;
  /** Outputs of the reference, which show whether the change had an effect. */
  outputs: string;
  /** Calls `use` with a folder of weights and expected outputs. */
  within<Result>(use: (folder: string) => Promise<Result>): Promise<Result>;
}

function ofDefinition(file: string): Case {
  const definition = readJsonObject(file) as unknown as Definition;
  const { changed, ...config } = definition.config;
  const { tensors } = definition;
  return {
    changed: String(changed),
    config: config as RawConfig,
    outputs: JSON.stringify([tensors.logits, tensors.last_hidden_state, tensors.embedding]),
    async within(use) {
      const folder = mkdtempSync(join(tmpdir(), 'attune-changed-'));
      try {
        writeDefinition(folder, { ...definition, config });
        return await use(folder);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

function ofFolder(folder: string): Case {
  return {
    changed: String(readJson(join(folder, 'changed.json'))),
    config: readJsonObject(join(folder, 'config.json')) as RawConfig,
    outputs: folder,
    within: (use) => use(folder),
  };
}

const readCase = (path: string): Case => (statSync(path).isDirectory() ? ofFolder(path) : ofDefinition(path));

/** First lines of an error, or by how much outputs differ; empty if they agree. */
async function judge({ config, within }: Case): Promise<{ refused?: string; off?: string }> {
  try {
    await skeleton(config, {});
  } catch (error) {
    return { refused: (error as Error).message.split('\n').slice(0, 3).join(' ') };
  }
  const { problems } = await within(checkFolder);
  return problems.length === 0 ? {} : { off: problems.join('; ').slice(0, 300) };
}

let wrong = 0;
for (const folder of process.argv.slice(2)) {
  const names = readdirSync(folder).toSorted();
  const before = readCase(join(folder, names[0])).outputs;
  const counts = { same: 0, agree: 0, refused: 0 };
  for (const name of names) {
    const one = readCase(join(folder, name));
    const isRead = one.outputs !== before;
    const { refused, off } = await judge(one);
    if (off !== undefined)
      console.log(`${folder}/${name}: ${one.changed}: ${isRead ? '' : 'has no effect in the reference: '}${off}`);
    else if (refused !== undefined && process.env.REFUSED)
      console.log(`  refused: ${name}: ${one.changed}: ${refused}`);
    wrong += off === undefined ? 0 : 1;
    counts[refused !== undefined ? 'refused' : isRead ? 'agree' : 'same'] += off === undefined ? 1 : 0;
  }
  console.log(
    `${folder}: ${counts.agree} keys change the numbers and agree, ${counts.same} change nothing, ${counts.refused} are refused`,
  );
}
process.exitCode = wrong > 0 ? 3 : 0;
