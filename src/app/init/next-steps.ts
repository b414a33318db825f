/** Commands to run after writing a recipe. */
import { pushAll } from '../../base/many.ts';
import { displayPath } from '../../files/find-files.ts';
import { isCheapModel } from '../../answering/baselines/cheap-names.ts';
import { kindOf, type ExampleKind } from '../../data/kinds/index.ts';
import { truthOf } from '../../data/formats/decision-targets.ts';
import type { ColumnProfile } from '../../data/guess/index.ts';
import type { Base } from './base.ts';

export interface NextStep {
  command: string;
  why?: string;
}

export interface Written {
  recipe: string;
  /** Path of the data, as the user wrote it. */
  path: string;
  /** Text column, if there is a single one. */
  text?: string;
  kind: ExampleKind | undefined;
  hasMedia: boolean;
  /** Text columns, and the class columns, including the label, that could be predicted from them. */
  decided: { by: readonly string[]; columns: readonly ColumnProfile[] };
}

export function nextSteps(written: Written, base: Base, sentences: Base): NextStep[] {
  const { model, command } = base;
  const { recipe, kind } = written;
  const steps: NextStep[] = [];
  if (kind === 'text') pushAll(steps, searchSteps(written, sentences));
  if (command !== undefined) steps.push({ command, why: `downloads the model${sizeOf(base)}` });
  steps.push({
    command: `attune data inspect ${word(recipe)}`,
    why: 'shows rows as the model sees them, with the trained part in colour',
  });
  if (kind !== undefined && kindOf({ kind }).hasCheapRivals && !written.hasMedia && !isCheapModel(model))
    steps.push({
      command: `attune advise ${word(recipe)}`,
      why: 'shows within a minute whether a cheap system does as well',
    });
  const why = kind === 'text' ? 'learns the style of these texts, not answers to questions about them' : undefined;
  return [...steps, { command: `attune train ${word(recipe)}`, why }, ...questionSteps(written)];
}

/** Several class columns can be questions that one model answers. */
function questionSteps({ path, decided: { by, columns } }: Written): NextStep[] {
  if (columns.length < 2) return [];
  const questions = columns.map(({ name, frequent }) => {
    const isTruth = frequent.every(({ value }) => truthOf(value) !== undefined);
    return `${plain(name)}: {${isTruth ? 'type: noul' : ''}}`;
  });
  const step = `decisions: {state: [${by.map(plain).join(', ')}], questions: {${questions.join(', ')}}}`;
  const rows = word(`${stemOf(path)}-questions.jsonl`);
  return [
    {
      command: `attune data prepare ${word(path)} --output ${rows} --step ${quoted(step)}`,
      why: `instead, for one model that answers all of ${columns.map(({ name }) => name).join(', ')}: then init ${rows}`,
    },
  ];
}

/** Suggests search: indexing texts takes seconds, while a model trained on them cannot cite them. */
function searchSteps({ path, text = 'text' }: Written, sentences: Base): NextStep[] {
  const { model, command } = sentences;
  const index = `${stemOf(path)}-index`;
  const input = `--input ${word(path)} --text-column ${word(text)}`;
  return [
    ...(command === undefined ? [] : [{ command, why: `downloads a semantic search model${sizeOf(sentences)}` }]),
    {
      command: `attune retrieve index ${word(model)} ${input} --output ${word(index)}`,
      why: 'indexes the texts',
    },
    { command: `attune retrieve query ${word(index)} --text "…"`, why: 'finds texts that answer a question' },
  ];
}

function sizeOf({ package: source }: Base): string {
  return source === undefined ? '' : `: ${Math.round(source.bytes / 1e6)} MB from npm`;
}

/** `data/tickets.csv.gz` → `data/tickets`. */
function stemOf(path: string): string {
  return path.replace(/[/\\]+$/, '').replace(/(\.[a-z0-9]+)+$/i, '');
}

/** Words that YAML parsers read as booleans or null. */
const WORDS = /^(true|false|yes|no|on|off|y|n|null)$/i;

/** A name as YAML in flow style. */
function plain(name: string): string {
  return /^[\p{L}_]([\p{L}\p{N} _-]*[\p{L}\p{N}_-])?$/u.test(name) && !WORDS.test(name) ? name : JSON.stringify(name);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A word of a command line, quoted if necessary. */
function word(text: string): string {
  const shown = displayPath(text, process.cwd());
  return /^[\w.,/@:-]+$/.test(shown) ? shown : JSON.stringify(shown);
}
