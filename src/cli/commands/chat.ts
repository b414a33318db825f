import { createInterface } from 'node:readline/promises';
import type { Said } from '../../app/conversation.ts';
import type { TrainedForm } from '../../app/prompt-form.ts';
import type { Sampling, Talker } from '../../app/talk.ts';
import { plural } from '../../base/format.ts';
import { AttuneError } from '../../base/errors.ts';
import { readJson } from '../../files/json.ts';
import type { ToolSchema } from '../../text/index.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { openingOf, samplingOf, samplingOptions } from '../sampling.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'talk to a tuned model, or to a base model',
  arguments: [{ name: 'MODEL', summary: "a run's folder, an adapter's, a model's, or attune-base", required: true }],
  options: [
    ...samplingOptions,
    { name: '--system', value: 'TEXT', summary: 'system message (that of all training rows)' },
    {
      name: '--tools',
      value: 'FILE',
      summary: 'list of tools as JSON, as in rows and requests (those of all training rows)',
    },
    { name: '--no-trained-defaults', summary: 'neither system message nor tools of the training rows' },
    {
      name: '--image',
      value: 'FILE',
      many: true,
      summary: 'shown with the first message, to a model that reads images',
    },
    { name: '--raw', summary: 'continue plain text; as the model was trained unless given' },
    { name: '--turns', summary: 'use the chat template although the model was trained on plain prompts' },
  ],
  examples: [
    'chat runs/tickets',
    'chat runs/tickets --base',
    'chat attune-base --raw --temperature 0.8',
    'chat runs/receipts --image scan.png',
  ],
  async run(context) {
    refuseContradictions(context);
    const [{ checkSampling, openTalker }, { missingParts, trainedForm }] = await Promise.all([
      import('../../app/talk.ts'),
      import('../../app/prompt-form.ts'),
    ]);
    const sampling = samplingOf(context);
    checkSampling(sampling);
    const form = chosenForm(context, trainedForm(context.argument('MODEL')!));
    const progress = context.progress();
    const talker = await openTalker({
      ...openingOf(context),
      onEvent: progress.show,
    });
    progress.close(true);
    const { system, tools = [], trained, isPlain } = form;
    const given = { system: system !== undefined, tools: tools.length > 0 };
    describeForm(context, form, trained && !isPlain ? missingParts(trained, given) : undefined);
    const answers: { prompt: string; answer: string; calls?: Said['calls'] }[] = [];
    try {
      const { ask, clear, show, giveResult } = await asker({ talker, sampling, form });
      for (const path of context.all('--image')) show(path);
      for await (const line of questions(context, form)) {
        if (line === '/clear') clear();
        const image = form.isPlain ? undefined : /^\/image +(?<path>.+)$/.exec(line)?.groups?.path;
        if (image !== undefined) tryToShow(context, () => show(image));
        if (line === '/clear' || line === '' || image !== undefined) continue;
        const result = form.isPlain ? undefined : /^\/result +(?<text>.+)$/.exec(line)?.groups?.text;
        const write = (text: string) => context.out.write(text);
        const said = await (result === undefined ? ask(line, write) : giveResult(result, write));
        if (said === undefined) continue;
        describeEnd(context, said);
        const { text, calls = [] } = said;
        answers.push({ prompt: line, answer: text, ...(calls.length > 0 && { calls }) });
      }
    } finally {
      await talker.close();
    }
    return { answers };
  },
  render: () => '',
});

/** An answer, and the tools that it calls in a conversation. */
type Answered = Pick<Said, 'text' | 'finishReason' | 'usage'> & Partial<Pick<Said, 'calls'>>;

interface ChosenForm {
  isPlain: boolean;
  system?: string;
  tools?: readonly ToolSchema[];
  /** What the model was trained on, where that decided. */
  trained?: TrainedForm;
}

/** In a conversation a wrong path is no reason to end it. */
function tryToShow(context: CommandContext, show: () => void): void {
  try {
    show();
  } catch (error) {
    if (!(error instanceof AttuneError) || !context.isInteractive) throw error;
    context.log.line(error.what);
  }
}

function refuseContradictions(context: CommandContext): void {
  const given = ['--raw', '--turns'].filter((name) => context.has(name));
  if (given.length < 2) return;
  throw new AttuneError('E_USAGE', { what: `${given.join(' and ')} exclude each other`, fix: 'choose one' });
}

/** As the model was trained, unless told. @throws AttuneError E_USAGE for a system message that nothing would show */
function chosenForm(context: CommandContext, trained: TrainedForm | undefined): ChosenForm {
  const system = context.option('--system');
  const tools = toolsOf(context.option('--tools'));
  const isTold = context.has('--raw') || context.has('--turns');
  const isPlain = isTold ? context.has('--raw') : trained?.form === 'plain';
  if (isPlain && context.all('--image').length > 0) {
    throw new AttuneError('E_USAGE', {
      what: 'A plain text shows no image',
      got: '--image',
      fix: 'leave it out, or ask in turns: --turns',
    });
  }
  const usual = context.has('--no-trained-defaults') ? undefined : trained;
  if (!isPlain)
    return {
      isPlain,
      system: system ?? usual?.systemPrompt,
      tools: tools ?? usual?.tools,
      trained: isTold ? undefined : trained,
    };
  if (tools !== undefined) throw noTools(isTold);
  if (system === undefined) return { isPlain, trained: isTold ? undefined : trained };
  throw new AttuneError('E_USAGE', {
    what: 'A plain text has no system message',
    got: isTold ? '--raw and --system' : '--system, and a model that was trained on plain prompts',
    fix: isTold ? 'leave out one of them' : 'leave it out, or ask in turns: --turns',
  });
}

function noTools(isTold: boolean): AttuneError {
  return new AttuneError('E_USAGE', {
    what: 'A plain text has no tools',
    got: isTold ? '--raw and --tools' : '--tools, and a model that was trained on plain prompts',
    fix: isTold ? 'leave out one of them' : 'leave it out, or ask in turns: --turns',
  });
}

/** @throws AttuneError E_USAGE, E_BAD_JSON, E_FILE_MISSING */
function toolsOf(file: string | undefined): readonly ToolSchema[] | undefined {
  if (file === undefined) return undefined;
  const tools = readJson(file);
  const isTool = (tool: unknown) => typeof tool === 'object' && tool !== null && !Array.isArray(tool);
  if (Array.isArray(tools) && tools.every(isTool)) return tools as ToolSchema[];
  throw new AttuneError('E_USAGE', {
    what: `${file} holds no list of tools`,
    expected: '[{"type": "function", "function": {"name": …, "description": …, "parameters": {…}}}]',
  });
}

function describeForm(
  context: CommandContext,
  { isPlain, system, tools = [], trained }: ChosenForm,
  missing: string | undefined,
): void {
  if (trained === undefined) return;
  const { dim, yellow } = context.log.colours;
  const say = (text: string) => context.log.line(dim(`  ${text}`));
  if (isPlain)
    return say('trained on plain prompts: each line is continued as text, without the lines before (--turns: chat)');
  if (system !== undefined && system === trained.systemPrompt) say(`system, as in training: ${system}`);
  if (tools.length > 0 && tools === trained.tools) say(`tools, as in training: ${tools.map(nameOf).join(', ')}`);
  if (missing !== undefined) context.log.line(yellow(`! ${missing} (--system TEXT, --tools FILE)`));
}

function nameOf(tool: ToolSchema): string {
  return String((tool.function as { name?: unknown } | undefined)?.name ?? tool.name ?? 'unnamed');
}

/** Ends the line of an answer, and says what it calls and why it stopped. */
function describeEnd(context: CommandContext, { text, finishReason, usage, calls = [] }: Answered): void {
  const { cyan, dim } = context.log.colours;
  if (text !== '' && calls.length === 0) context.out.write('\n');
  for (const { function: called } of calls) context.out.line(`calls ${cyan(called.name)} ${called.arguments}`);
  if (calls.length > 0 && context.isInteractive) context.log.line(dim("  /result TEXT gives the tool's result"));
  if (finishReason === 'length')
    context.log.line(dim(`  stopped at the limit of ${plural(usage.answer, 'tokens')} (--max-new-tokens)`));
}

/** One line after the other: plain texts are asked alone, turns make a conversation. */
async function asker({ talker, sampling, form }: { talker: Talker; sampling: Sampling; form: ChosenForm }) {
  const { Conversation } = await import('../../app/conversation.ts');
  const { system, tools } = form;
  const conversation = new Conversation(talker, sampling, { system, tools });
  const continued = async (line: string, write: (text: string) => void): Promise<Answered> => {
    const watch = { onText: (_: number, text: string) => write(text) };
    return (await talker.answer([line.replaceAll('\\n', '\n')], sampling, watch))[0];
  };
  return {
    ask: form.isPlain ? continued : (line: string, write: (text: string) => void) => conversation.say(line, write),
    giveResult: (text: string, write: (text: string) => void) => conversation.giveResult(text, write),
    clear: () => conversation.clear(),
    show: (path: string) => conversation.show(path),
  };
}

/** Lines from the terminal, with a prompt and a way out; or from a pipe. */
async function* questions(context: CommandContext, { isPlain }: ChosenForm): AsyncGenerator<string> {
  const ways = [
    '/clear forgets the conversation',
    ...(isPlain ? [] : ['/image FILE shows an image']),
    'Ctrl-D ends it',
  ];
  if (context.isInteractive) context.log.line(context.log.colours.dim(`  ${ways.join('; ')}`));
  const lines = createInterface({ input: process.stdin, output: context.isInteractive ? process.stdout : undefined });
  lines.setPrompt(context.log.colours.cyan('> '));
  if (context.isInteractive) lines.prompt();
  for await (const line of lines) {
    if (line.trim() === '/exit') break;
    yield line.trim();
    if (context.isInteractive) lines.prompt();
  }
}
