import { AttuneError } from '../../base/errors.ts';
import { readJson } from '../../files/json.ts';
import type { ToolSchema } from '../../models/text/index.ts';
import { samplingFields } from './shared/sampling-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { Said } from '../conversation.ts';

export interface Chatted {
  answers: { prompt: string; answer: string; calls?: Said['calls'] }[];
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'chat with a tuned model or a base model',
  arguments: ({ argument }) => [argument('model', 'MODEL', 'folder of a run, an adapter or a model, or attune-base')],
  options: (fields) => ({
    ...samplingFields(fields),
    system: fields.text('TEXT', 'system message (default: that of all training rows)'),
    tools: fields.parsed(
      fields.z.array(fields.z.custom<ToolSchema>(isTool)),
      'FILE',
      'tools as a JSON list, as in rows and requests (default: those of all training rows)',
      { read: (typed) => readTools(String(typed)) },
    ),
    trainedDefaults: fields.flag('use neither system message nor tools of the training rows', {
      flag: '--no-trained-defaults',
    }),
    image: fields.texts('FILE', 'images for the first message, if the model reads images'),
    raw: fields.flag('continue plain text (default: as the model was trained)'),
    turns: fields.flag('use the chat template even if the model was trained on plain prompts'),
    lines: fields.inMemory<Iterable<string> | AsyncIterable<string>>('messages of the user, line by line'),
    onText: fields.inMemory<(text: string) => void>('receives answers piece by piece'),
  }),
  effects: ['computes'],
  isConversation: true,
  examples: [
    'chat runs/tickets',
    'chat runs/tickets --base',
    'chat attune-base --raw --temperature 0.8',
    'chat runs/receipts --image scan.png',
  ],
  async run({ model, lines = [], onText = () => undefined, ...options }, call): Promise<Chatted> {
    const { chat } = await import('../chat.ts');
    return chat(model, { ...options, ...call }, { lines: () => lines, write: onText });
  },
  async inTerminal({ model, ...options }, console): Promise<Chatted> {
    const [{ chat }, { talkingOn }] = await Promise.all([import('../chat.ts'), import('./text/chat.ts')]);
    const progress = console.progress();
    try {
      return await chat(
        model,
        { ...options, onEvent: progress.show },
        talkingOn(console, () => progress.close(true)),
      );
    } finally {
      progress.close();
    }
  },
  render: () => '',
});

function isTool(given: unknown): boolean {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

/** @throws AttuneError E_USAGE, E_BAD_JSON, E_FILE_MISSING */
function readTools(file: string): ToolSchema[] {
  const tools = readJson(file);
  if (Array.isArray(tools) && tools.every(isTool)) return tools as ToolSchema[];
  throw new AttuneError('E_USAGE', {
    what: `${file} does not contain a list of tools`,
    expected: '[{"type": "function", "function": {"name": …, "description": …, "parameters": {…}}}]',
  });
}
