import { readFileSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import type { Example } from '../../data/example.ts';
import { chooseTemplate, Tokenizer, withChatTemplate } from '../../text/index.ts';
import type { Recipe } from '../../train/recipe.ts';
import { checkHash, isFile } from '../../train/reference.ts';

/**
 * The tokenizer that a recipe trains with: the base model's, with the template that its conversations are shown in. A
 * base model without a template gets the default one.
 * @throws E_TEMPLATE_MISSING, E_TEMPLATE_INVALID, E_TEMPLATE_KWARGS, E_TEMPLATE_UNUSED, E_REFERENCE_CHANGED
 */
export async function runTokenizer(recipe: Recipe, base: string, examples: readonly Example[]): Promise<Tokenizer> {
  const tokenizer = await Tokenizer.load(base);
  const { chat_template: template, chat_template_kwargs: kwargs } = recipe.data;
  if (!examples.some(({ kind }) => kind === 'chat')) {
    refuseUnused(recipe);
    return tokenizer;
  }
  if (template === null) return chooseTemplate(await withChatTemplate(tokenizer), { kwargs });
  return chooseTemplate(tokenizer, { template: readTemplate(template, recipe.references), kwargs });
}

/** A file where there is one, else a name. */
function readTemplate(template: string, hashes: Recipe['references']) {
  if (!isFile(template)) return { name: template };
  checkHash(template, { file: template }, hashes);
  return { text: readFileSync(template, 'utf8'), origin: template };
}

function refuseUnused({ data }: Recipe): void {
  const set = [
    ...(data.chat_template === null ? [] : ['data.chat_template']),
    ...(Object.keys(data.chat_template_kwargs).length === 0 ? [] : ['data.chat_template_kwargs']),
  ];
  if (set.length === 0) return;
  throw new AttuneError('E_TEMPLATE_UNUSED', {
    what: `${set.join(' and ')} would have no effect: no row is a conversation`,
    expected: 'rows with messages, which a chat template renders',
    fix: `remove ${set.length === 1 ? 'it' : 'them'}, or give the rows as messages (data.format, data.columns)`,
  });
}
