/** How to use a result, by its task on the Hub. FOLDER stands for the result's folder. */
import { table } from '../base/table.ts';

interface Use {
  /** Commands that work without changes once the files exist. */
  commands: readonly string[];
  /** Lines of a program between opening and closing the model. */
  program: readonly string[];
}

const PREDICT: Use = {
  commands: ['attune predict FOLDER --text "…"', 'attune predict FOLDER --input rows.csv --output predictions.csv'],
  program: [
    "import { openPredictor } from 'attune';",
    "const model = await openPredictor({ target: 'FOLDER' });",
    "const [{ prediction, probability }] = await model.predict(['…']);",
    'await model.close();',
  ],
};

const FILES: Use = { ...PREDICT, commands: ['attune predict FOLDER --input rows.csv --output predictions.csv'] };

const GENERATE: Use = {
  commands: ['attune generate FOLDER --input rows.jsonl --output answers.jsonl'],
  program: [
    "import { openModel } from 'attune';",
    "const model = await openModel({ target: 'FOLDER' });",
    "const [{ text }] = await model.answer(['…']);",
    'await model.close();',
  ],
};

const EMBED: Use = {
  commands: [
    'attune embed FOLDER --input rows.csv --output vectors.npy',
    'attune retrieve index FOLDER --input documents.csv --output index',
    'attune retrieve query index --text "…"',
  ],
  program: [
    "import { openEmbedder } from 'attune';",
    "const model = await openEmbedder({ target: 'FOLDER' });",
    "const [vector] = await model.embed(['…']);",
    'await model.close();',
  ],
};

/** For chat models; models with plain prompts take texts. */
const CHAT: Use = {
  commands: ['attune chat FOLDER', ...GENERATE.commands],
  program: GENERATE.program.map((line) =>
    line.replace("answer(['…'])", "answer([{ messages: [{ role: 'user', content: '…' }] }])"),
  ),
};

const USES: Readonly<Record<string, Use>> = table({
  'text-generation': CHAT,
  'text2text-generation': GENERATE,
  'text-classification': PREDICT,
  'token-classification': PREDICT,
  'question-answering': {
    commands: ['attune predict FOLDER --input questions.csv --output answers.csv'],
    program: PREDICT.program.map((line) => line.replace("['…']", "[{ question: '…', context: '…' }]")),
  },
  'automatic-speech-recognition': FILES,
  'sentence-similarity': EMBED,
  'zero-shot-image-classification': EMBED,
  'tabular-classification': {
    commands: ['attune recommend FOLDER --input customers.csv --output items.jsonl'],
    program: [
      "import { recommend } from 'attune';",
      "const { answers } = await recommend('FOLDER', { input: 'customers.csv' });",
    ],
  },
});

/** Commands and program for a result; undefined if attune has none for its task. */
export function useOfTask(task: string, promptForm?: 'chat' | 'plain'): string | undefined {
  const use = promptForm === 'plain' && task === 'text-generation' ? GENERATE : USES[task];
  if (use === undefined) return undefined;
  return `\`\`\`sh\n${use.commands.join('\n')}\n\`\`\`\n\n\`\`\`ts\n${use.program.join('\n')}\n\`\`\``;
}
