import { AttuneError, type Problem } from '../../base/errors.ts';
import { specialRoles, type SpecialRole } from './special-roles.ts';
import { parseOther, type TokenizerFiles } from './tokenizer-files.ts';

export interface SpecialToken {
  content: string;
  id: number;
}

export type SpecialTokens = Partial<Record<SpecialRole, SpecialToken>>;

/** The parts of a vocabulary that this file needs. */
export interface TokenLookup {
  tokenToId(token: string): number | null;
  idToToken(id: number): string | null;
}

/**
 * Special tokens by role: from tokenizer_config.json, else special_tokens_map.json, else the ids in
 * generation_config.json and config.json. Roles whose token does not exist are omitted.
 *
 * @throws E_TOKENIZER_INVALID if that is BOS or EOS
 */
export function resolveSpecialTokens(files: TokenizerFiles, lookup: TokenLookup): SpecialTokens {
  const problems: Problem[] = [];
  const sources = [parseOther(files, 'tokenizer_config.json'), parseOther(files, 'special_tokens_map.json')];
  const tokens: SpecialTokens = {};
  for (const role of specialRoles) {
    const declared = sources.map((source) => tokenContent(source[`${role}_token`])).find((text) => text !== undefined);
    const id = declared === undefined ? null : lookup.tokenToId(declared);
    const token = declared === undefined || id === null ? fromModelIds(files, role, lookup) : { content: declared, id };
    if (token !== undefined) tokens[role] = token;
    if (declared !== undefined && id === null && (role === 'bos' || role === 'eos')) {
      problems.push({ file: files.origin, field: `${role}_token`, message: `"${declared}" is not in the vocabulary` });
    }
  }
  if (problems.length > 0) {
    throw new AttuneError('E_TOKENIZER_INVALID', {
      what: `The tokenizer of ${files.origin} declares tokens that are not in its vocabulary`,
      problems,
      fix: 'tokenizer.json and tokenizer_config.json belong to different models; fetch both from the same one',
    });
  }
  return tokens;
}

/** Ids that stop generation according to the files: generation_config's list (else the model's own), and EOS. */
export function declaredStopIds(files: TokenizerFiles, tokens: SpecialTokens): number[] {
  const generation = idList(parseOther(files, 'generation_config.json').eos_token_id);
  const declared = generation.length > 0 ? generation : idList(files.modelIds.eos_token_id);
  return tokens.eos === undefined ? declared : [...declared, tokens.eos.id];
}

/** Template variables: `bos_token`, `eos_token`, … */
export function templateVariables(tokens: SpecialTokens): Record<string, string> {
  const entries = specialRoles.flatMap((role) => {
    const token = tokens[role];
    return token === undefined ? [] : [[`${role}_token`, token.content]];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

function fromModelIds(files: TokenizerFiles, role: SpecialRole, lookup: TokenLookup): SpecialToken | undefined {
  const sources = [parseOther(files, 'generation_config.json'), files.modelIds];
  for (const source of sources) {
    const [id] = idList(source[`${role}_token_id`]);
    const content = id === undefined ? null : lookup.idToToken(id);
    if (content !== null) return { content, id };
  }
  return undefined;
}

function idList(value: unknown): number[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  // −1 means none in files of the first Llama models.
  return list.filter((id): id is number => Number.isInteger(id) && (id as number) >= 0);
}

/** A token is stored as text or as an object with flags; null means none. */
function tokenContent(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : undefined;
}
