import { nearest } from '../../base/nearest.ts';
import {
  flatBatchSize,
  flatContainers,
  type ForeignKey,
  foreignKey,
  foreignKeys,
  type Given,
} from './foreign/index.ts';
import { axisPlaces, type RecipeKeys, sectionPaths } from './keys.ts';
import type { RecipeOrigin, Written } from './origin.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import { Settings } from './recipe-settings.ts';

/** Command-line flags: name without dashes → text, or `true` for a flag without a value. Programs may pass any value. */
export type RecipeFlags = Record<string, unknown>;

interface Entry {
  /** Path of the section with a final dot; '' at the top level. */
  prefix: string;
  name: string;
  value: unknown;
  written: Written;
  /** Raw text of a flag. */
  text?: string;
}

/** Converts short forms, misplaced keys, other tools' names and flags to canonical settings; collects all problems. */
export async function settle(
  tree: Record<string, unknown>,
  origin: RecipeOrigin,
  flags: RecipeFlags,
  keys: RecipeKeys,
): Promise<Settings> {
  const settings = new Settings(origin);
  const flagEntries = await Promise.all(Object.entries(flags).map(([name, value]) => flagEntry(name, value)));
  refuseNul(tree, [], settings);
  for (const { value, written } of flagEntries) if (holdsNul(value)) settings.problem(written, HAS_NUL);
  const reader = new Reader(settings, keys, collectGiven(tree, flagEntries));
  reader.readSection(tree, '', []);
  for (const entry of flagEntries) reader.readFlag(entry);
  return settings;
}

const HAS_NUL = 'contains a NUL character, which is not allowed in paths and names';

function holdsNul(value: unknown): boolean {
  return typeof value === 'string' && value.includes('\0');
}

function refuseNul(tree: object, path: readonly (string | number)[], settings: Settings): void {
  for (const [key, value] of Object.entries(tree)) {
    const place = [...path, Array.isArray(tree) ? Number(key) : key];
    if (holdsNul(value)) settings.problem({ name: place.join('.'), path: place }, HAS_NUL);
    else if (typeof value === 'object' && value !== null) refuseNul(value as object, place, settings);
  }
}

async function flagEntry(name: string, value: unknown): Promise<Entry> {
  const parts = name.replaceAll('-', '_').split('.');
  const written = { name: `--${name}` };
  const prefix = parts.length === 1 ? '' : `${parts.slice(0, -1).join('.')}.`;
  const entry = { prefix, name: parts.at(-1)!, written };
  if (typeof value !== 'string') return { ...entry, value };
  return { ...entry, value: await parseValue(value), text: value };
}

/** Parses the text of a flag as YAML; invalid YAML stays text. */
async function parseValue(text: string): Promise<unknown> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { stringKeys: true });
  if (document.errors.length > 0 || document.warnings.length > 0) return text;
  const value = document.toJS() as unknown;
  return value === undefined ? text : value;
}

/** Values by name, for conversions that depend on other keys: keys of sections, top-level keys, then flags. */
function collectGiven(tree: Record<string, unknown>, flags: readonly Entry[]): Given {
  const values = new Map<string, unknown>();
  for (const value of Object.values(tree)) {
    if (isPlainObject(value)) for (const [name, inner] of Object.entries(value)) values.set(name, inner);
  }
  for (const [name, value] of Object.entries(tree)) values.set(name, value);
  for (const { name, value } of flags) values.set(name, value);
  return (name) => values.get(name) ?? undefined;
}

class Reader {
  readonly #settings: Settings;
  readonly #keys: RecipeKeys;
  readonly #given: Given;

  constructor(settings: Settings, keys: RecipeKeys, given: Given) {
    this.#settings = settings;
    this.#keys = keys;
    this.#given = given;
  }

  readSection(section: Record<string, unknown>, prefix: string, path: readonly (string | number)[]): void {
    for (const [name, value] of Object.entries(section)) {
      if (value === undefined) continue;
      this.#readKey({ prefix, name, value, written: { name: `${prefix}${name}`, path: [...path, name] } });
    }
  }

  /** Reads a flag: a unique leaf name first, then names of other tools. */
  readFlag(entry: Entry): void {
    const candidates = entry.prefix === '' ? this.#placesOf(entry.name) : [];
    const isTop = this.#keys.at(entry.name) !== undefined || sectionPaths.has(entry.name);
    if (isTop || candidates.length === 0) return this.#readKey(entry);
    const chosen = candidates.length === 1 ? candidates : candidates.filter((path) => this.#isOfChosen(path));
    if (chosen.length === 1) return this.#readKey({ ...entry, prefix: prefixOf(chosen[0]) });
    const choices = candidates.map((path) => `--${path}`).join(' or ');
    this.#settings.problem(entry.written, 'could mean several settings', `write ${choices}`);
  }

  /** Whether an option belongs to one of the recipe's methods, chosen or default. */
  #isOfChosen(path: string): boolean {
    const { methods } = this.#keys.at(path) ?? {};
    const axis = Object.values(axisPlaces).find((place) => path.startsWith(`${place.path}.`));
    if (methods === undefined || axis === undefined) return true;
    const whole = this.#given(axis.path.split('.').at(-1)!);
    const name = isPlainObject(whole) ? whole[axis.nameKey] : whole;
    const usual = this.#keys.at(`${axis.path}.${axis.nameKey}`)?.defaultValue;
    return methods.includes(typeof name === 'string' ? name : String(usual));
  }

  #readKey(entry: Entry): void {
    const path = `${entry.prefix}${entry.name}`;
    if (sectionPaths.has(path)) return this.#readWhole(entry, path);
    if (this.#keys.at(path) !== undefined) return this.#readCanonical(entry, path);
    if (entry.name.includes('.')) return this.#readDotted(entry);
    if (entry.prefix !== '') return this.#readStrayInSection(entry);
    if (flatContainers.has(entry.name) && isPlainObject(entry.value)) {
      return this.readSection(entry.value, '', entry.written.path ?? []);
    }
    this.#readTopLevel(entry);
  }

  /** Reads a section, `training: {…}`, or its short form such as `tuning: lora` and `data: rows.jsonl`. */
  #readWhole(entry: Entry, path: string): void {
    if (isPlainObject(entry.value)) return this.readSection(entry.value, `${path}.`, entry.written.path ?? []);
    if (entry.value === null) return;
    const axis = Object.values(axisPlaces).find((place) => place.path === path);
    const target = axis === undefined ? `${path}.train` : `${path}.${axis.nameKey}`;
    if (axis === undefined && path !== 'data') {
      return this.#settings.problem(entry.written, 'is a group of settings', `write ${path}: {…}`);
    }
    const translation = foreignKey(entry.name);
    if (translation?.path === target) return this.#readForeign(entry, translation, false);
    this.#settings.set(target, entry);
  }

  /** A key with a canonical name may still have another tool's value (`max_steps: -1`). */
  #readCanonical(entry: Entry, path: string): void {
    const translation = foreignKey(path) ?? foreignKey(entry.name);
    if (translation?.path === path && entry.value !== null) return this.#readForeign(entry, translation, false);
    this.#settings.set(path, entry);
  }

  #readDotted(entry: Entry): void {
    const parts = `${entry.prefix}${entry.name}`.split('.');
    this.#readKey({ ...entry, prefix: `${parts.slice(0, -1).join('.')}.`, name: parts.at(-1)! });
  }

  #readStrayInSection(entry: Entry): void {
    const foreign = foreignKey(entry.name);
    const isNear = foreign?.isLocal !== true || prefixOf(foreign.path!) === entry.prefix;
    if (isNear && foreign?.path?.startsWith(entry.prefix)) return this.#readForeign(entry, foreign, true);
    const places = foreign?.path === undefined ? this.#placesOf(entry.name) : [foreign.path];
    if (places.length === 0) return this.#unknown(entry);
    const section = entry.prefix.slice(0, -1);
    this.#settings.problem(entry.written, `is not a setting of ${section}`, `it belongs at ${places.join(' or ')}`);
  }

  #readTopLevel(entry: Entry): void {
    const isFlag = entry.written.path === undefined;
    if (entry.name === 'batch_size' && !isFlag) return this.#readForeign(entry, flatBatchSize, true);
    const foreign = foreignKey(entry.name);
    if (foreign !== undefined && foreign.isLocal !== true) return this.#readForeign(entry, foreign, true);
    const places = this.#placesOf(entry.name);
    if (places.length > 1) {
      const choices = places.join(' or ');
      return this.#settings.problem(entry.written, 'could mean several settings', `write ${choices}`);
    }
    if (places.length === 0) return this.#unknown(entry);
    this.#settings.notice(entry.written, `is read as ${places[0]}`);
    this.#readKey({ ...entry, prefix: prefixOf(places[0]) });
  }

  #readForeign(entry: Entry, foreign: ForeignKey, isRenaming: boolean): void {
    const { value, written, text } = entry;
    if (value === null && foreign.takesNull !== true) return;
    const outcome = foreign.read(value, this.#given);
    if (outcome.kind === 'covered') return;
    if (outcome.kind === 'refuse') return this.#settings.refuse(written, outcome, foreign.path);
    if (outcome.kind === 'drop') return this.#settings.notice(written, `is not needed: ${outcome.because}`);
    const values = Object.entries(outcome.values);
    const isChanged = values.length !== 1 || values[0][1] !== value;
    if (isRenaming || isChanged) this.#settings.notice(written, `is read as ${describe(outcome.values, isChanged)}`);
    for (const [path, result] of values) {
      this.#settings.set(path, { value: result, written, ...(isChanged ? {} : { text }) });
    }
  }

  #unknown(entry: Entry): void {
    const sections = [...sectionPaths];
    const inSection = this.#keys.all.filter((key) => key.path.startsWith(entry.prefix)).map((key) => key.leaf);
    const ours = entry.prefix === '' ? [...inSection, ...sections] : inSection;
    const everywhere = [...this.#keys.all.map((key) => key.leaf), ...sections, ...Object.keys(foreignKeys)];
    const close = nearest(entry.name, ours) ?? nearest(entry.name, everywhere);
    const flag = entry.written.path === undefined ? '--' : '';
    const fix =
      close === undefined
        ? '`attune train --help` lists all settings'
        : `did you mean ${flag}${this.#fullName(close, entry.prefix, flag !== '')}?`;
    this.#settings.problem(entry.written, 'is not a known setting', fix);
  }

  #fullName(leaf: string, prefix: string, isFlag: boolean): string {
    if (this.#keys.at(`${prefix}${leaf}`) !== undefined) return isFlag ? leaf : `${prefix}${leaf}`;
    const places = this.#placesOf(leaf);
    if (places.length === 1) return isFlag ? leaf : places[0];
    return places.length === 0 ? leaf : places.join(` or ${isFlag ? '--' : ''}`);
  }

  /** Canonical paths that end in a name. */
  #placesOf(name: string): string[] {
    const sections = [...sectionPaths].filter((path) => path.endsWith(`.${name}`));
    return [...this.#keys.withLeaf(name).map((key) => key.path), ...sections];
  }
}

function prefixOf(path: string): string {
  return path.slice(0, path.lastIndexOf('.') + 1);
}

function describe(values: Record<string, unknown>, withValues: boolean): string {
  const parts = Object.entries(values).map(([path, value]) =>
    withValues ? `${path}: ${JSON.stringify(value)}` : path,
  );
  return parts.join(', ');
}
