import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { Example, ExampleKind } from '../../data/example.ts';
import { readJson, writeJson } from '../../files/json.ts';
import type { AskingStyle } from '../../scoring/asked.ts';
import { isAskingWay, type AskingWay } from '../../store/asking-ways.ts';
import type { ConstraintSpec } from '../decoding/index.ts';
import type { Prompting } from './prompting.ts';
import type { FoundPrompt } from './search/found-prompt.ts';

/** File that marks a folder as a prompted model: the prompting, and the model that answers. */
export const PROMPTING = 'prompting.json';
const VERSION = 1;

/** A prompting chosen for a model, as a result. */
export interface KeptPrompting {
  version: typeof VERSION;
  way: AskingWay;
  /** Name of the model, as the recipe has it, and the folder that it was opened from. */
  model: string;
  folder: string;
  /** For people: "attune-base with retrieval". */
  title: string;
  /** Whether the model was tuned on such rows. */
  isTuned: boolean;
  /** Kind of the rows that it was chosen on. */
  kind: ExampleKind;
  prompting: Prompting;
  /** How questions are laid out. */
  style: AskingStyle;
  /** Texts that end an answer, and constraints on it, for a model that has not learnt the form of answers. */
  stop?: readonly string[];
  held?: Record<AskingStyle, ConstraintSpec>;
  maxNewTokens: number;
  labels: readonly string[];
  /** Prompts that a search tried. */
  search?: Omit<FoundPrompt, 'prompting'>;
}

export function isPromptedFolder(folder: string): boolean {
  return existsSync(join(folder, PROMPTING));
}

/** Writes a prompting. Rows lose their origin, so that they are never mistaken for rows to answer. */
export function writePrompting(folder: string, { prompting, ...kept }: Omit<KeptPrompting, 'version'>): void {
  const { shots, library } = prompting;
  const own = {
    ...prompting,
    ...(shots && { shots: shots.map(shown) }),
    ...(library && { library: { ...library, rows: library.rows.map(shown) } }),
  };
  writeJson(join(folder, PROMPTING), { version: VERSION, ...kept, prompting: own } satisfies KeptPrompting);
}

function shown(example: Example, place: number): Example {
  return { ...example, id: `shown:${place}`, source: { file: PROMPTING, line: place + 1 }, group: undefined };
}

/** @throws AttuneError E_PROMPTING_BAD, E_BAD_JSON */
export function readPrompting(folder: string): KeptPrompting {
  const path = join(folder, PROMPTING);
  const kept = readJson<KeptPrompting>(path);
  if (kept.version === VERSION && isAskingWay(kept.way) && typeof kept.folder === 'string') return kept;
  throw new AttuneError('E_PROMPTING_BAD', {
    what: `${path} is not a prompting that this version of attune can open`,
    got: `version ${kept.version}, way ${String(kept.way)}`,
    expected: `version ${VERSION}`,
    fix: 'train it again with this version',
  });
}
