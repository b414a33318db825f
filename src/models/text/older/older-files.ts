import { greatest } from '../../../base/many.ts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../../files/json.ts';
import type { NewToken } from '../added-tokens.ts';
import type { AddedTokenJson } from '../bpe/train-bpe.ts';
import { specialRoles, type SpecialRole } from '../special-roles.ts';

/** Which text plays which role, where a folder does not say. */
export type Roles = Readonly<Partial<Record<SpecialRole, string>>>;

/** A folder with an older tokenizer: what its settings say, and what else they leave to its class. */
export class OlderFiles {
  readonly folder: string;
  /** tokenizer_config.json over special_tokens_map.json. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** `BertTokenizer`, `Bert`: the class without its ending, or what the model's type makes likely. */
  readonly family: string;

  constructor(folder: string) {
    this.folder = folder;
    this.settings = { ...this.json('special_tokens_map.json'), ...this.json('tokenizer_config.json') };
    const named = this.settings.tokenizer_class;
    const type = this.json('config.json').model_type;
    const name = typeof named === 'string' ? named : typeof type === 'string' ? type : '';
    this.family = name
      .replace(/Tokenizer(Fast)?$/, '')
      .replaceAll(/[-_]/g, '')
      .toLowerCase();
  }

  path(name: string): string {
    return join(this.folder, name);
  }
  has(name: string): boolean {
    return existsSync(this.path(name));
  }
  text(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }
  bytes(name: string): Uint8Array {
    return readFileSync(this.path(name));
  }
  json(name: string): Record<string, unknown> {
    return this.has(name) ? readJson<Record<string, unknown>>(this.path(name)) : {};
  }
  flag(name: string, otherwise: boolean): boolean {
    const value = this.settings[name];
    return typeof value === 'boolean' ? value : otherwise;
  }

  /** The texts of the roles: as the folder says, else the family's. */
  roles(usual: Roles): Roles {
    const entries = specialRoles.map((role) => [role, contentOf(this.settings[`${role}_token`]) ?? usual[role]]);
    return Object.fromEntries(entries.filter(([, text]) => text !== undefined)) as Roles;
  }

  /** Tokens outside the vocabulary, with ids if the folder has them. */
  declared(): (NewToken & { id?: number })[] {
    const decoder = (this.settings.added_tokens_decoder ?? {}) as Record<string, NewToken>;
    const plain = this.json('added_tokens.json') as Record<string, number>;
    const more = Array.isArray(this.settings.additional_special_tokens) ? this.settings.additional_special_tokens : [];
    return [
      ...Object.entries(decoder).map(([id, token]) => ({ ...token, id: Number(id) })),
      ...Object.entries(plain).map(([content, id]) => ({ content, id })),
      ...more
        .flatMap((token) => ({ content: contentOf(token) ?? '', special: true }))
        .filter(({ content }) => content !== ''),
    ];
  }
}

function contentOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : undefined;
}

/**
 * The added tokens of a tokenizer.json: the folder's own, those that play a role, and the family's. One of the
 * vocabulary keeps its id, one with an id of its own too; the others follow at the end.
 */
export function addedTokens(
  ids: ReadonlyMap<string, number>,
  tokens: readonly (NewToken & { id?: number })[],
): AddedTokenJson[] {
  const found = new Map<string, AddedTokenJson>();
  const wanted: NewToken[] = [];
  for (const { id, content, ...flags } of tokens) {
    if (found.has(content) || wanted.some((token) => token.content === content)) continue;
    const known = ids.get(content) ?? id;
    if (known === undefined) wanted.push({ content, ...flags });
    else found.set(content, described(content, known, flags));
  }
  let next =
    greatest(
      ids.values(),
      greatest(
        [...found.values()].map((token) => token.id),
        -1,
      ),
    ) + 1;
  for (const { content, ...flags } of wanted) found.set(content, described(content, next++, flags));
  return [...found.values()].toSorted((a, b) => a.id - b.id);
}

function described(content: string, id: number, flags: Omit<NewToken, 'content'>): AddedTokenJson {
  const { special = false, single_word = false, lstrip = false, rstrip = false, normalized = false } = flags;
  return { id, content, single_word, lstrip, rstrip, normalized, special };
}

/** The roles whose tokens there are. */
export function presentRoles(roles: Roles, ids: ReadonlyMap<string, number>, added: readonly AddedTokenJson[]): Roles {
  const known = new Set([...ids.keys(), ...added.map(({ content }) => content)]);
  return Object.fromEntries(Object.entries(roles).filter(([, text]) => known.has(text))) as Roles;
}

/** Tokens of roles as special ones; only those that the vocabulary has. */
export function roleTokens(roles: Roles, ids: ReadonlyMap<string, number>): NewToken[] {
  const texts = [...new Set(Object.values(roles))].filter((text) => ids.has(text));
  return texts.map((content) => ({ content, special: true }));
}
