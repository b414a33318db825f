import { plural } from '../../base/format.ts';
import { AttuneError } from '../../base/errors.ts';
import type { HubFile } from './listing.ts';
import type { Repository } from './repository.ts';

/** Small files that a model folder may need: configuration, tokenizer, templates, processors, card and licence. */
const MODEL_TEXTS =
  /^(.*\.(json|jinja|txt|md)|LICENSE.*|NOTICE.*|.*\.model|additional_chat_templates\/[^/]+\.jinja|\d+_[A-Za-z]+\/[^/]+\.json)$/i;

/** Weights in one file or in shards, of a model or an adapter, and the layers of sentence-transformers. */
const WEIGHTS = /^((adapter_)?model(-\d+-of-\d+)?\.safetensors|\d+_[A-Za-z]+\/model\.safetensors)$/;

const PICKLES = /\.(bin|pt|pth|ckpt|pkl|msgpack|h5|ot)$/i;

/** Files that a model needs, whatever their size; other texts are optional. */
const NEEDED =
  /^((.*config|tokenizer|vocab|special_tokens_map|added_tokens|modules)\.json|.*\.index\.json|(vocab|merges)\.txt|.*\.model)$/i;
const MOST_OTHER_BYTES = 64 * 2 ** 20;

/**
 * Chooses the files to download from a model repository: safetensors weights and the files that they need, nothing
 * that runs code. @throws E_PICKLE_WEIGHTS
 */
export function modelFiles(files: readonly HubFile[], { name }: Repository): HubFile[] {
  const isTop = ({ path }: HubFile) => !path.includes('/') || /^(\d+_[A-Za-z]+|additional_chat_templates)\//.test(path);
  const isWanted = ({ path, size }: HubFile) =>
    MODEL_TEXTS.test(path) && (size <= MOST_OTHER_BYTES || NEEDED.test(path.split('/').at(-1)!));
  const texts = files.filter((file) => isTop(file) && isWanted(file));
  const weights = files.filter(({ path }) => WEIGHTS.test(path));
  if (weights.some(({ path }) => !path.includes('/'))) return [...texts, ...weights];
  const pickles = files.filter(({ path }) => PICKLES.test(path)).map(({ path }) => path);
  throw new AttuneError(pickles.length > 0 ? 'E_PICKLE_WEIGHTS' : 'E_HUB_NO_WEIGHTS', {
    what: `${name} has no safetensors weights`,
    got:
      pickles.length > 0
        ? `${pickles.slice(0, 3).join(', ')}: formats that can run code when loaded`
        : `${plural(files.length, 'files')}, none of them weights`,
    fix:
      pickles.length > 0
        ? 'choose a revision that has safetensors: owner/name@refs/pr/…'
        : 'check the name of the model',
  });
}

const ROWS = /\.(parquet|(jsonl|ndjson|json|csv|tsv)(\.gz)?)$/i;
/** Metadata files of data sets. */
const NO_ROWS = /(^|\/)(dataset_infos?\.json|\.[^/]*|state\.json|croissant\.json)$/i;

/** Files of a data set that contain rows, and its card. @throws E_HUB_NO_ROWS */
export function datasetFiles(files: readonly HubFile[], { name }: Repository): HubFile[] {
  const rows = files.filter(({ path }) => ROWS.test(path) && !NO_ROWS.test(path));
  if (rows.length > 0) return [...rows, ...files.filter(({ path }) => path === 'README.md')];
  throw new AttuneError('E_HUB_NO_ROWS', {
    what: `${name} has no data files in a supported format`,
    got:
      files.length === 0
        ? 'no files'
        : files
            .slice(0, 5)
            .map(({ path }) => path)
            .join(', '),
    expected: 'Parquet, JSON, JSONL, CSV or TSV; scripts in data sets are never run',
  });
}
