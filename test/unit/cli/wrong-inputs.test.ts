/** Typical mistakes of new users: each input with the error's code and words of its advice. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../../src/cli/command-line.ts';
import { writeTinyBert } from '../../system/cli-tiny-bert.ts';

const times = <Row>(count: number, row: (index: number) => Row): Row[] =>
  Array.from({ length: count }, (_, i) => row(i));
const csv = (...lines: string[]): string => `${lines.join('\n')}\n`;
const jsonl = (row: (index: number) => object): string => csv(...times(30, (i) => JSON.stringify(row(i))));
const letter = (index: number): string => `this is what somebody wrote to us as letter ${index * 7}`;
const user = (index: number) => ({ role: 'user', content: letter(index) });
const recipe = (data: string, more = ''): string => `model: attune-base\ndata: { ${data} }\n${more}`;

const files: Record<string, string | Buffer> = {
  'good.csv': csv('text,label', ...times(40, (i) => `${letter(i)},${['billing', 'returns'][i % 2]}`)),
  'tickets.csv': csv(
    'id,body,queue,reply',
    ...times(40, (i) => `T-${i},${letter(i)},${['billing', 'returns'][i % 2]},we wrote back about ${i * 3} today`),
  ),
  'empty.csv': '',
  'header.csv': 'text,label\n',
  'blank.jsonl': '\n\n',
  'quote.csv': csv('text,label', '"never closed,a', ...times(20, (i) => `${letter(i)},a`)),
  'wide.csv': csv('text,label', ...times(20, (i) => `one, two, ${i},a`)),
  'twice.csv': csv('text,text', ...times(20, (i) => `${letter(i)},a`)),
  'noname.csv': csv('text,', ...times(20, (i) => `${letter(i)},a`)),
  'one.csv': csv('text,label', ...times(40, (i) => `${letter(i)},billing`)),
  'nolabel.csv': csv('text,label', ...times(40, (i) => `${letter(i)},`)),
  'number.csv': csv('a', ...times(30, String)),
  'ids.csv': csv('id,uuid', ...times(30, (i) => `${i},u-${i}`)),
  'prices.csv': csv('text,label', ...times(40, (i) => `${letter(i)},${i === 7 ? 'cheap' : `${i}.5`}`)),
  'usr.jsonl': jsonl((i) => ({
    messages: [
      { role: 'usr', content: letter(i) },
      { role: 'assistant', content: 'Yes.' },
    ],
  })),
  'noanswer.jsonl': jsonl((i) => ({ messages: [user(i)] })),
  'emptyanswer.jsonl': jsonl((i) => ({ messages: [user(i), { role: 'assistant', content: '' }] })),
  'nocontent.jsonl': jsonl((i) => ({ messages: [{ role: 'user' }, { role: 'assistant', content: letter(i) }] })),
  'nomessages.jsonl': jsonl(() => ({ messages: [] })),
  'textmessages.jsonl': jsonl((i) => ({ messages: letter(i) })),
  'result.jsonl': jsonl((i) => ({
    messages: [user(i), { role: 'tool', tool_call_id: 'x', content: '1' }, { role: 'assistant', content: 'Yes.' }],
  })),
  'unequal.jsonl': jsonl((i) => ({ words: ['a', 'b', `c${i}`], tags: ['O', 'O'] })),
  'spacedtag.jsonl': jsonl((i) => ({ tokens: ['a', `c${i}`], tags: ['O', 'B PER'] })),
  'same.jsonl': jsonl((i) => ({ prompt: letter(i), chosen: `answer ${i}`, rejected: `answer ${i}` })),
  'emptychosen.jsonl': jsonl((i) => ({ prompt: letter(i), chosen: '', rejected: `answer ${i}` })),
  'spans.jsonl': jsonl((i) => ({ text: `Anna ${i}`, spans: [{ start: 0, end: 99, label: 'NAME' }] })),
  'overlap.jsonl': jsonl((i) => ({
    text: `Anna Smith ${i}`,
    spans: [
      { start: 0, end: 6, label: 'A' },
      { start: 4, end: 8, label: 'B' },
    ],
  })),
  'commas.csv': csv('text,labels', ...times(30, (i) => `${letter(i)},"a, b${i % 3}"`)),
  'single.jsonl': csv(...times(30, (i) => `{'text': '${letter(i)}'}`)),
  'nan.jsonl': csv(...times(30, (i) => `{"text": "${letter(i)}", "label": NaN}`)),
  'cut.jsonl': jsonl((i) => ({ text: letter(i), label: i % 2 === 0 ? 'a' : 'b' })).slice(0, -20),
  'numbers.jsonl': jsonl((i) => ({ text: i, label: i % 2 === 0 ? 'a' : 'b' })),
  'odd.jsonl': jsonl((i) => ({ colour: { red: i } })),
  'table.parquet': 'this is no parquet file',
  'paper.pdf': '%PDF-1.4\n',
  'picture.png': 'x',
  'mixed/faq.csv': csv('question,answer', ...times(30, (i) => `${letter(i)}?,yes ${i}`)),
  'mixed/page.md': '# Page\n\nText.\n',
  'flat/1.png': 'x',
  'documents/a.md': '# A\n\nText.\n',
  'missing.csv': csv('image,label', ...times(30, (i) => `img/${i}.png,${i % 2 === 0 ? 'a' : 'b'}`)),
  'net.csv': csv('image,label', ...times(30, (i) => `https://example.org/${i}.png,${i % 2 === 0 ? 'a' : 'b'}`)),
  'photos/cats/1.png': Buffer.from('89504e470d0a1a0a0000000d', 'hex'),
  'photos/dogs/1.png': '',
  'twoencodings.csv': Buffer.concat([
    Buffer.from('text,label\nKüche und Büro für alle Räume,a\n'),
    Buffer.from('K\u00fcche,b\n', 'latin1'),
  ]),
  'pairs.jsonl': jsonl((i) => ({ prompt: letter(i), chosen: `We will look into it ${i}.`, rejected: `No ${i}.` })),
  'prefer.yaml': recipe('train: pairs.jsonl', 'objective: dpo\n'),
  'exists.yaml': recipe('train: good.csv'),
  'good.yaml': recipe('train: good.csv', 'objective: classification\n'),
  'typo.yaml': 'modle: attune-base\ndata: { train: good.csv }\n',
  'nested.yaml': recipe('train: good.csv', 'training: { learning_rat: 1 }\n'),
  'syntax.yaml': 'model: [attune-base\n',
  'nodata.yaml': 'model: attune-base\n',
  'nomodel.yaml': 'data: { train: good.csv }\n',
  'sequence.yaml': '- 1\n',
  'share.yaml': recipe('train: good.csv, validation: 1.5'),
  'length.yaml': recipe('train: good.csv, max_length: long'),
  'column.yaml': recipe('train: good.csv, columns: { text: body, label: label }'),
  'group.yaml': recipe('train: good.csv, group_by: customer'),
};

const BAD = 'E_BAD_ROWS';
/** The command, the code, and words that the error must contain. */
const inputs: readonly [argv: string, code: string, ...words: string[]][] = [
  ['init', 'E_USAGE', 'FILE', 'attune init --help'],
  ['init tikets.csv', 'E_FILE_MISSING', 'did you mean "tickets.csv"?'],
  ['init empty.csv', 'E_NO_ROWS', 'empty.csv', 'that it is complete'],
  ['init header.csv', 'E_NO_ROWS', 'only a header line'],
  ['init blank.jsonl', 'E_NO_ROWS', 'blank.jsonl', 'at least one row'],
  ['init quote.csv', BAD, 'line 2', 'never closed', 'write a quote inside a cell twice'],
  ['init wide.csv', BAD, 'line 2', '4 cells, the header 2', 'in quotes'],
  ['init twice.csv', 'E_BAD_FILE', 'the column "text" occurs twice', 'a different name'],
  ['init noname.csv', 'E_BAD_FILE', 'column 2 has no name', 'a different name'],
  ['init one.csv', 'E_ONE_CLASS', 'label of one.csv', 'billing', 'at least two classes', '--format text'],
  ['init one.csv --label-column label', 'E_ONE_CLASS', 'the same value in all 40 rows'],
  ['init one.csv --yes', 'E_ONE_CLASS', 'the same value in all 40 rows'],
  ['init nolabel.csv', BAD, 'line 2', 'label is empty', 'fill it or delete the row'],
  ['init number.csv', 'E_INIT_COLUMNS', 'number, another in each row', 'an input column and one to learn'],
  ['init ids.csv', 'E_INIT_COLUMNS', '--text-column COLUMN --label-column COLUMN'],
  ['init usr.jsonl', BAD, 'line 1', 'messages[0].role', 'is not a role', 'did you mean "user"?'],
  ['init noanswer.jsonl', BAD, 'line 1', 'no assistant turn to train on', 'add the answer'],
  ['init emptyanswer.jsonl', BAD, 'messages[1].content', 'is an empty answer', 'weight 0'],
  ['init nocontent.jsonl', BAD, 'messages[0].content', 'is missing', 'every message needs its text'],
  ['init nomessages.jsonl', BAD, 'messages has no messages'],
  ['init textmessages.jsonl', BAD, 'must be a list of messages, not the text'],
  ['init result.jsonl', BAD, 'messages[1].tool_call_id', 'no earlier call has the id'],
  ['init unequal.jsonl', BAD, 'tags has 2 tags for 3 words', 'give each word one tag'],
  ['init spacedtag.jsonl', BAD, 'tags[1]', 'contains a space', 'as one word'],
  ['init same.jsonl', BAD, 'rejected is identical to chosen', 'a pair must differ'],
  ['init emptychosen.jsonl', BAD, 'chosen is empty', 'fill it'],
  ['init spans.jsonl', BAD, 'spans[0].end', '0 to 99 is out of range for a text of 6 characters'],
  ['init overlap.jsonl', BAD, 'has overlapping spans, at 4', 'keep one of them'],
  ['init commas.csv', BAD, 'with commas it may be', 'write | between labels'],
  ['init single.jsonl', BAD, 'not valid JSON', 'JSON needs double quotes'],
  ['init nan.jsonl', BAD, 'JSON has no NaN', 'write null'],
  ['init numbers.jsonl', BAD, 'text must be text, not the number 0', 'put it in quotes'],
  ['init odd.jsonl', 'E_INIT_COLUMNS', 'objects, another in each row'],
  ['init table.parquet', 'E_BAD_FILE', 'cannot be read as Parquet', 'write it again'],
  [
    'init paper.pdf',
    'E_INIT_DOCUMENTS',
    'attune data prepare paper.pdf --output paper.jsonl; then attune init paper.jsonl',
  ],
  ['init picture.png', 'E_INIT_CLASSES', 'a folder with one subfolder per class'],
  ['init mixed', 'E_INIT_DOCUMENTS', '1 document, such as page.md', 'data prepare mixed', 'attune init mixed/faq.csv'],
  ['init flat', 'E_INIT_CLASSES', 'without labels or texts', 'flat/cats/1.jpg'],
  ['init documents', 'E_INIT_DOCUMENTS', 'a folder of .md', 'attune data prepare documents'],
  ['init nothing', 'E_NO_FILES', 'nothing', 'check the folder'],
  ['init missing.csv', BAD, 'line 2', 'file img/0.png is missing', 'looked in'],
  ['init net.csv', BAD, 'a URL, but files are never downloaded', 'download it'],
  ['init photos', BAD, 'cats/1.png is truncated', 'dogs/1.png is empty', 'fetch it again'],
  ['init tickets.csv', 'E_INIT_COLUMNS', '--text-column body --label-column queue', '--answer-column reply'],
  ['init tickets.csv --label-column qeue', 'E_BAD_COLUMNS', 'no column', 'did you mean "queue"?'],
  [
    'init tickets.csv --label-column queue --answer-column reply',
    'E_USAGE',
    'either a label or an answer',
    'with --output',
  ],
  ['init tickets.csv --text-column queue --label-column queue', 'E_USAGE', 'both an input and the target'],
  ['init good.csv --format clasification', 'E_UNKNOWN_FORMAT', 'did you mean "classification"?'],
  ['init good.csv --model atune-base', 'E_MODEL_MISSING', 'did you mean "attune-base"?'],
  [
    'init good.csv --model attune-speech',
    'E_WRONG_MODEL',
    'does not read texts',
    'a model that reads texts',
    '--model ',
  ],
  ['init good.csv --output exists.yaml', 'E_RECIPE_EXISTS', '--output', '--force'],
  ['init good.csv --answr-column label', 'E_USAGE', 'did you mean --answer-column?'],
  ['data inspect cut.jsonl', BAD, 'line 30', 'not valid JSON', '--strict false'],
  ['data inspect twoencodings.csv', BAD, 'line 3', 'is not valid UTF-8', 'iconv'],
  ['data inspect prices.csv --format regression', BAD, 'line 9', 'must be a number, not the text', 'cheap'],
  ['data inspect photos', BAD, '2 of 2 rows', 'is truncated', 'is empty'],
  ['data inspect column.yaml', 'E_BAD_COLUMNS', 'columns.text', 'no column', 'some of text, label'],
  ['data inspect group.yaml', 'E_BAD_COLUMNS', 'group_by', 'no column', 'name columns that the file has'],
  ['data inspect good.csv --columns {"lable":"label"}', 'E_BAD_COLUMNS', 'lable'],
  ['train good.csv --dry-run', 'E_RECIPE_FORMAT', 'attune init FILE'],
  ['train tpyo.yaml --dry-run', 'E_RECIPE_MISSING', 'check the path', 'attune init FILE'],
  ['train typo.yaml --dry-run', 'E_RECIPE', 'line 1', 'did you mean model?', 'add model: FOLDER|NAME'],
  ['train nested.yaml --dry-run', 'E_RECIPE', 'line 3', 'did you mean training.learning_rate?'],
  ['train syntax.yaml --dry-run', 'E_RECIPE_SYNTAX', 'line 2', 'end with a ]'],
  ['train nodata.yaml --dry-run', 'E_RECIPE', 'add data.train: PATH'],
  ['train nomodel.yaml --dry-run', 'E_RECIPE', 'add model: FOLDER|NAME'],
  ['train sequence.yaml --dry-run', 'E_RECIPE', 'contains no settings', 'data: {train: …}'],
  ['train share.yaml --dry-run', 'E_RECIPE', 'data.validation', 'must be below 1, got 1.5'],
  ['train length.yaml --dry-run', 'E_RECIPE', 'data.max_length', 'must be a number', 'long'],
  ['train good.yaml --dry-run --validation 2', 'E_RECIPE', '--validation', 'below 1'],
  ['train good.yaml --dry-run --learning-rate fast', 'E_RECIPE', 'must be auto or a number above 0'],
  ['train good.yaml --dry-run --epochs -1', 'E_RECIPE', '--epochs', 'must be above 0, got -1'],
  ['train good.yaml --dry-run --batch-size 0', 'E_RECIPE', '--batch-size', 'must be above 0'],
  ['train good.yaml --dry-run --tuning loar', 'E_RECIPE', 'did you mean lora?'],
  ['train good.yaml --dry-run --objective clasification', 'E_RECIPE', 'did you mean classification?'],
  ['train good.yaml --dry-run --optimizer adamx', 'E_RECIPE', 'did you mean adamw?'],
  ['train good.yaml --dry-run --lerning-rate 1', 'E_RECIPE', 'did you mean --learning_rate?'],
  ['train good.yaml --dry-run --model attune-speech', 'E_WRONG_MODEL', 'does not read texts', 'attune init good.csv'],
  ['train prefer.yaml --dry-run --model ./encoder', 'E_WRONG_MODEL', 'causal-lm', 'attune init pairs.jsonl'],
  ['init good.csv --model trees', 'E_CHEAP_UNFIT', 'one column of text', '--model model-embeddings-en, after'],
  ['init good.csv --model pixels', 'E_CHEAP_UNFIT', 'does not read texts', '--model '],
  ['init pairs.jsonl --model tfidf', 'E_CHEAP_UNFIT', 'pairs of answers', '--model attune-base'],
  ['init pairs.jsonl --model ./encoder', 'E_WRONG_MODEL', 'causal-lm', '--model attune-base'],
  ['train good.yaml --dry-run --objective sft', 'E_WRONG_ROWS', 'rows of chat or completion', 'attune init good.csv'],
  ['train good.yaml --dry-run --model nsfwjs', 'E_MODEL_MISSING', 'attune models import nsfwjs'],
  ['predict runs/none --text hi', 'E_MODEL_MISSING', 'no such folder', 'attune runs list'],
  ['predict attune-base', 'E_USAGE', 'nothing to predict', '--input new.csv'],
  ['predict attune-base --text hi --input good.csv', 'E_USAGE', 'give --text or --input'],
  ['predict attune-base --input nowhere.csv', 'E_FILE_MISSING', 'nowhere.csv'],
  ['predict attune-base --text hi --threshold 2', 'E_USAGE', 'a probability from 0 to 1'],
  ['predict attune-base --input good.csv --output answers.xml', 'E_OUTPUT_KIND', '.csv, .tsv, .jsonl'],
  ['predict good.csv --text hi', 'E_MODEL_MISSING', 'a file', 'a Hugging Face folder'],
  ['export runs/none --output-dir out', 'E_RUN_MISSING', 'attune runs list'],
  ['export attune-base --to onnx', 'E_USAGE', 'merged, gguf, ollama, vllm'],
  ['serve', 'E_SERVE_EMPTY', 'attune serve attune-base'],
  ['serve attune-base --port 99999', 'E_SERVE_SETTINGS', 'at most 65535'],
  ['serve good.csv', 'E_MODEL_MISSING', 'a file'],
  ['eval runs/none', 'E_MODEL_MISSING', 'attune runs list'],
  ['eval good.csv', 'E_ROWS_WANTED', '--data rows.jsonl'],
  ['compare', 'E_USAGE', 'attune compare --help'],
  ['compare runs/none runs/other', 'E_MODEL_MISSING', 'attune runs list'],
  ['generate attune-base', 'E_USAGE', '--input FILE'],
  ['tran good.yaml', 'E_UNKNOWN_COMMAND', 'did you mean "attune train"?'],
  ['data inspct good.csv', 'E_UNKNOWN_COMMAND', 'did you mean "attune data inspect"?'],
  ['advise nowhere.csv', 'E_FILE_MISSING', 'nowhere.csv'],
  ['data prepare nowhere --output rows.jsonl', 'E_FILE_MISSING', 'nowhere'],
  ['data prepare documents --output rows.csv', 'E_USAGE', 'ending in .jsonl'],
  ['data prepare documents --output rows.jsonl --step chunkz', 'E_UNKNOWN_STEP', 'did you mean "chunks"?'],
];

const before = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'attune-wrong-'));

beforeAll(() => {
  writeTinyBert(join(folder, 'encoder'), []);
  process.chdir(folder);
  vi.stubEnv('ATTUNE_HOME', join(folder, '.home'));
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  mkdirSync('nothing');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(name), { recursive: true });
    writeFileSync(name, content);
  }
});
afterAll(() => {
  process.chdir(before);
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

interface Failure {
  code: string;
  what: string;
  got?: string;
  expected?: string;
  fix?: string;
  problems: { message: string; line?: number; field?: string; fix?: string }[];
}

describe('a wrong input', () => {
  it.each(inputs)('%s: %s', async (argv, code, ...words) => {
    let output = '';
    const listening = process.listenerCount('SIGINT');
    const exit = await runCommandLine([...argv.split(' '), '--json'], {
      stdin: {},
      stdout: { write: (part) => void (output += part) },
      stderr: { write: () => true },
      env: {},
    });
    const { error } = JSON.parse(output) as { error?: Failure };
    expect({ exit, code: error?.code }, output).toEqual({ exit: 1, code });
    expect(process.listenerCount('SIGINT')).toBe(listening);
    const { what, got, expected, fix, problems } = error!;
    const places = problems.map((one) => `line ${one.line}: ${one.field} ${one.message} → ${one.fix}`);
    const said = [what, got, expected, fix, ...places].join('\n');
    for (const word of words) expect(said).toContain(word);
    const hasAdvice = fix !== undefined || expected !== undefined || problems.length > 0;
    expect(hasAdvice, said).toBe(true);
  });
});
