/**
 * Which model types of transformers attune supports, by transformers' default configurations
 * (makers/today/defaults.py):
 *
 *     node tools/model-types.ts > CLASSES.json        the classes of each supported type, which the maker reads
 *     node tools/model-types.ts ALL.json              writes fixtures/default-configs.json and the list in
 *     docs/models.md
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../src/files/json.ts';
import { architectures } from '../src/models/index.ts';
import { tinyConfigs } from '../test/engine/tiny-configs.ts';

interface Row {
  type: string;
  kind: string;
  config?: Record<string, unknown>;
  /** Number of parameters by class. */
  parameters?: Record<string, number>;
}

const root = join(import.meta.dirname, '..');
const FIXTURE = join(root, 'fixtures/default-configs.json');
const DOCUMENT = join(root, 'docs/models.md');
const MARKS = ['<!-- refused types: node tools/model-types.ts writes this list -->', '<!-- end of refused types -->'];

/** Keys that do not change the number of parameters. */
const UNCOUNTED = /^(id2label|label2id|dtype|use_cache|architectures|.*_token_id)$/;

function counted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([key]) => key === 'pad_token_id' || !UNCOUNTED.test(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, counted(inner)]));
}

/** Types that are a part of a model of another type. */
const PART =
  /_(text|vision|audio|encoder|decoder|model|config|qformer|llm|dit|talker|thinker|backbone|tokenizer|codec|projector)(_|$)/;

function listOf(rows: readonly Row[]): string {
  const refused = rows.filter(({ type }) => !architectures.names.includes(type as never));
  const kinds = Map.groupBy(refused, ({ type, kind }) => (kind === 'parts' || PART.test(type) ? 'parts' : kind));
  const parts = kinds.get('parts')?.length ?? 0;
  kinds.delete('parts');
  const lines = [...kinds].map(
    ([kind, some]) =>
      `- **${kind[0].toUpperCase()}${kind.slice(1)}** (${some.length}): ${some
        .map(({ type }) => type)
        .toSorted()
        .join(', ')}.`,
  );
  const known = rows.length - refused.length;
  const begin = `Of the ${rows.length} types that transformers 5.13 knows, ${known} are supported: the default configuration of each`;
  const first = `${begin} has as many parameters as there. The others are refused; not listed are ${parts} parts of models.`;
  return [first, '', ...lines.toSorted()].join('\n');
}

async function classesOf(name: (typeof architectures.names)[number]): Promise<[string, string[]]> {
  const architecture = await architectures.load(name);
  const plans = tinyConfigs[name].flatMap((raw) => Object.values(architecture.heads(raw)));
  return [name, [...new Set(plans.map(({ className }) => className))]];
}

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.log(JSON.stringify(Object.fromEntries(await Promise.all(architectures.names.map(classesOf)))));
} else {
  const rows = readJson<Row[]>(path);
  const accepted = rows.filter(
    ({ type, parameters = {} }) => architectures.names.includes(type as never) && Object.keys(parameters).length > 0,
  );
  const lines = accepted.map(({ config, parameters = {} }) => {
    const classes = Object.entries(parameters);
    // Modules with hundreds of experts take seconds to build.
    const kept = Object.fromEntries(classes.slice(0, classes[0][1] > 15e9 ? 1 : undefined));
    return JSON.stringify({ config: counted(config), parameters: kept });
  });
  writeFileSync(FIXTURE, `[\n${lines.join(',\n')}\n]\n`);
  const text = readFileSync(DOCUMENT, 'utf8');
  const [before, after] = [text.split(MARKS[0])[0], text.split(MARKS[1])[1]];
  if (after === undefined) throw new Error(`${DOCUMENT} lacks ${MARKS.join(' and ')}`);
  writeFileSync(DOCUMENT, `${before}${MARKS[0]}\n\n${listOf(rows)}\n\n${MARKS[1]}${after}`);
  console.log(`${accepted.length} default configurations, ${rows.length} types`);
}
