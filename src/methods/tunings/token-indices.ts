import { plural } from '../../base/format.ts';
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import { listTokenTables, type TokenTable } from '../../models/token-tables.ts';
import type { TokenIndices } from '../interfaces.ts';
import { isNamed, isSaved, lastName } from './targets.ts';

/**
 * Trains the tokens in every table that `modules_to_save` does not already train.
 * @throws E_TOKENS_TWICE if that leaves requested tokens without effect
 */
export function indicesFor(
  model: Model,
  ids: readonly number[],
  { modulesToSave, areOptional }: { modulesToSave: readonly string[]; areOptional: boolean },
): TokenIndices | undefined {
  const tables = listTokenTables(model);
  const open = tables.filter(({ path }) => !isSaved(path, modulesToSave));
  if (!areOptional && open.length < tables.length) {
    throw new AttuneError('E_TOKENS_TWICE', {
      what: 'tuning.trainable_tokens and tuning.modules_to_save train the same rows',
      got: `modules_to_save: ${modulesToSave.join(', ')}, which trains all tokens`,
      fix: 'keep one of them',
    });
  }
  if (ids.length === 0 || open.length === 0) return undefined;
  if (tables.length === 1) return ids;
  return Object.fromEntries(open.map(({ path }) => [lastName(path), ids]));
}

/** The tables and their rows. @throws E_ADAPTER_MISMATCH if the model lacks such a table or row */
export function tablesWithRows(
  model: Model,
  indices: TokenIndices | undefined,
): { table: TokenTable; ids: readonly number[] }[] {
  if (indices === undefined) return [];
  const tables = listTokenTables(model);
  const named: [string, readonly number[]][] = Array.isArray(indices)
    ? [[tables.at(0)?.path ?? 'tokens', indices as readonly number[]]]
    : Object.entries(indices as Readonly<Record<string, readonly number[]>>);
  const problems: Problem[] = [];
  const found = named.flatMap(([name, ids]) => {
    const table = tables.find(({ path }) => isNamed(path, name));
    const rows = table?.module.weight.shape[0] ?? 0;
    const wrong = ids.filter((id) => id >= rows);
    if (table === undefined) problems.push({ field: name, message: 'is not an embedding table of this model' });
    else if (wrong.length > 0)
      problems.push({
        field: name,
        message: `has ${plural(rows, 'rows')}, but the adapter trains tokens ${wrong.join(', ')}`,
      });
    return table === undefined ? [] : [{ table, ids }];
  });
  if (problems.length === 0) return found;
  throw new AttuneError('E_ADAPTER_MISMATCH', {
    what: 'The adapter trains tokens that this model does not have',
    problems,
    fix: 'use the base model and the tokenizer that the adapter was trained with',
  });
}

/** @throws E_NEW_TOKENS if token rows must be trained but the method's file format does not support them */
export function refuseTokens(
  tokens: readonly number[] | undefined,
  model: Model,
  modulesToSave: readonly string[],
): void {
  if (indicesFor(model, tokens ?? [], { modulesToSave, areOptional: true }) === undefined) return;
  throw new AttuneError('E_NEW_TOKENS', {
    what: 'This tuning cannot train single tokens',
    got: `${plural(tokens?.length ?? 0, 'tokens')} in data.new_tokens`,
    fix: 'choose tuning: lora, or name the embedding table in tuning.modules_to_save',
  });
}
