import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { dataExtensions } from '../../data/containers/index.ts';
import { displayPath } from '../../files/find-files.ts';
import { baselinesOf, isCheapFolder } from '../../answering/baselines/cheap-names.ts';
import { baselines } from '../../answering/baselines/index.ts';
import { checkLimits } from '../../scoring/endpoint/budget.ts';
import { endpointFrom } from '../../scoring/endpoint/endpoint.ts';
import { askedModel, askingWays } from '../../store/asking-ways.ts';
import type { PromptingSettings } from '../../methods/recipe/recipe-prompting.ts';
import { isPromptedFolder, readPrompting } from '../../answering/prompting/kept-prompting.ts';
import { isRunFolder } from '../../store/run-folder.ts';
import type { SystemKind } from '../../store/results.ts';
import { isAdapterFolder, modelFolder } from '../../answering/model/base-model.ts';
import type { Asking, EndpointLimits, SystemSpec } from '../../jobs/compare/systems/system-spec.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import { readNotes } from '../../answering/model/result-notes.ts';
import { showRun } from '../find-runs.ts';

/** A system as the user wrote it, and its run. */
export interface NamedSystem {
  spec: SystemSpec;
  /** Folder of the run on whose rows it was trained. */
  run?: string;
}

export interface NamingOptions {
  instruction?: string;
  /** How examples, passages and prompts are found. */
  prompting?: PromptingSettings;
  endpoint: EndpointLimits;
}

/**
 * Resolves a system of a comparison: a run, a model folder, `base:RUN`, `WAY:MODEL` with a way of `askingWays`, an
 * endpoint (`https://host/v1#model`), `cheap`, a baseline by name, or a file of answers.
 * @throws AttuneError E_ENDPOINT_MODEL, E_MODEL_MISSING
 */
export async function namedSystem(text: string, options: NamingOptions): Promise<NamedSystem> {
  const asked = askedModel(text);
  const how = asked?.way ?? 'plain';
  const target = asked?.model ?? text;
  const asking: Asking = { how, instruction: options.instruction, settings: options.prompting };
  if (/^https?:\/\//.test(target)) return { spec: endpoint(target, { name: text, asking }, options.endpoint) };
  if (asked === undefined) {
    const named = baselinesOf(text, baselines);
    if (text === 'cheap') return { spec: { source: 'cheap' } };
    if (named !== undefined) return { spec: { source: 'cheap', baselines: named } };
    if (dataExtensions.some((ending) => text.endsWith(ending)) && existsSync(text)) {
      return { spec: { source: 'file', name: text, title: text, kind: 'other', path: resolve(text) } };
    }
  }
  return model(target, { name: text, asking });
}

type Parts = { name: string; asking: Asking };

/** ", with examples" */
function toldOf({ how }: Asking): string {
  return how === 'plain' ? '' : `, ${askingWays[how].told}`;
}

function endpoint(target: string, parts: Parts, limits: EndpointLimits): SystemSpec {
  const at = target.indexOf('#');
  const [address, model] = at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
  const url = address.replace(/\/+$/, '');
  if (model === '') {
    throw new AttuneError('E_ENDPOINT_MODEL', {
      what: `${target} does not name a model`,
      expected: 'https://HOST/v1#MODEL',
    });
  }
  // Invalid URLs or limits fail before any request is sent.
  endpointFrom(url, model, limits.keyVariable);
  checkLimits(limits);
  return {
    source: 'endpoint',
    ...parts,
    title: `${model} (${URL.parse(url)?.host ?? url})${toldOf(parts.asking)}`,
    kind: kindOf(parts.asking, 'endpoint'),
    url,
    model,
    limits,
  };
}

async function model(target: string, parts: Parts): Promise<NamedSystem> {
  const isBase = target.startsWith('base:');
  const wanted = isBase ? target.slice('base:'.length) : target;
  const run = await ownRun(wanted);
  const folder = run ?? modelFolder(wanted);
  const isTuned = !isBase && (run !== undefined || isAdapterFolder(folder) || readNotes(folder) !== undefined);
  const kind = kindOf(parts.asking, isTuned ? 'tuned' : 'base');
  const name = existsSync(wanted) ? displayPath(resolve(wanted), process.cwd()) : wanted;
  const title = `${isBase ? 'base of ' : ''}${name}${toldOf(parts.asking)}`;
  const result = run === undefined ? folder : resultFolder(run);
  if (isPromptedFolder(result)) return promptedModel(result, { ...parts, title, run, isBase });
  if (isCheapFolder(result)) {
    if (isBase || parts.asking.how !== 'plain') throw notAsked(parts.name);
    return { spec: { source: 'kept', name: parts.name, title, kind, folder: result }, run };
  }
  return { spec: { source: 'model', ...parts, title, kind, target: folder, isBase }, run };
}

/** A saved prompted model is of its prompting's kind, or tuned if its model was. */
function promptedModel(folder: string, { run, title, isBase, ...parts }: Parts & Where): NamedSystem {
  if (parts.asking.how !== 'plain') throw notAsked(parts.name);
  const { way, isTuned } = readPrompting(folder);
  const kind = isTuned ? 'tuned' : isBase ? 'base' : way;
  return { spec: { source: 'model', ...parts, title, kind, target: folder, isBase }, run };
}

interface Where {
  title: string;
  isBase: boolean;
  run?: string;
}

function notAsked(name: string): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: `${name}: a result without weights of its own takes no other instructions`,
    fix: 'use its name alone',
  });
}

/** Folder of the run with this folder, name or id; undefined if the text means something else. */
export async function ownRun(wanted: string): Promise<string | undefined> {
  if (isRunFolder(wanted)) return resolve(wanted);
  if (existsSync(wanted)) return undefined;
  try {
    return (await showRun(wanted)).folder;
  } catch (error) {
    if (error instanceof AttuneError && error.code === 'E_RUN_MISSING') return undefined;
    throw error;
  }
}

/** A tuned model counts as tuned, however it is prompted. */
function kindOf({ how }: Asking, plain: SystemKind): SystemKind {
  return how === 'plain' || plain === 'tuned' ? plain : how;
}
