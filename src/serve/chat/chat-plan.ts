/** What a chat request asks of a model: a prompt, settings, and how its answer is to be read. */
import { AttuneError } from '../../base/errors.ts';
import { ApiError, invalidValue } from '../api-error.ts';
import type { Wish } from '../generation/generation.ts';
import type { Call } from '../call.ts';
import type { OpenConversation } from '../../text/index.ts';
import type { Writer } from '../models/opened.ts';
import type { ChatRequest, ChatTool } from '../schemas/chat.ts';
import { constraintOf, samplingOf } from '../schemas/sampling.ts';
import type { Uploads } from '../uploads.ts';
import { thinkingOf, type AnswerForm } from '../../generate/tool-calls/answer-reader.ts';
import { conversationOf, toolPlan, type ToolPlan } from './conversation.ts';
import { familyOf } from '../../generate/tool-calls/index.ts';
import type { CallableTool, ToolFamily } from '../../generate/tool-calls/family.ts';

export interface ChatPlan {
  wish: Wish;
  form: AnswerForm;
}

/** Where a plan's schemas are checked, and where its files go. */
export interface PlanParts {
  call: Call;
  uploads?: Uploads;
  signal?: AbortSignal;
}

/** @throws ApiError 400 */
export async function chatPlan(
  body: ChatRequest,
  writer: Writer,
  { call, uploads, signal = call.request.signal }: PlanParts,
): Promise<ChatPlan> {
  const { description } = writer;
  const tools = toolPlan(body);
  const { default: usual = '', tool_use: ofTools = usual } = description.templates;
  const template = tools.shown.length > 0 ? ofTools : usual;
  const family = tools.callable.length > 0 ? familyOf(template) : undefined;
  const conversation = conversationOf(body, tools, description.sees ? uploads : undefined);
  const prompt = writer.asTrained(conversation);
  const maxTokens = body.max_completion_tokens ?? body.max_tokens;
  const sampling = samplingOf(body, description, maxTokens);
  const logProbs = logProbsOf(body);
  const callable = family === undefined ? [] : await callableTools(body, tools, { call, signal });
  const required =
    family === undefined ? undefined : toolConstraint(body, { callable, isRequired: tools.isRequired }, family);
  return {
    wish: {
      prompts: [prompt],
      sampling: {
        ...sampling,
        ...(logProbs !== undefined && { logProbs }),
        ...(required !== undefined && { constraint: required }),
      },
    },
    form: {
      family,
      names: new Set(tools.callable.map((tool) => tool.function.name)),
      mostCalls: body.parallel_tool_calls === false ? 1 : Infinity,
      thinking: thinkingIn(conversation, template),
    },
  };
}

function logProbsOf({ logprobs, top_logprobs: top }: ChatRequest): number | undefined {
  if (logprobs === true) return top ?? 0;
  if (top === undefined || top === 0) return undefined;
  throw invalidValue('top_logprobs', 'top_logprobs needs logprobs: true.');
}

/** Tools that have to be called are called in the form that the model was trained to. */
function toolConstraint(
  body: ChatRequest,
  { callable: tools, isRequired }: { callable: readonly CallableTool[]; isRequired: boolean },
  family: ToolFamily,
) {
  if (!isRequired) return undefined;
  const other = constraintOf(body);
  if (other !== undefined)
    throw invalidValue(other.field, `A tool has to be called, so that ${other.field} cannot be followed.`);
  if ((body.min_tokens ?? 0) > 0)
    throw invalidValue('min_tokens', 'A tool has to be called, so that min_tokens cannot be followed.');
  return family.constraint(tools, body.parallel_tool_calls !== false);
}

/** Tools with the schemas of their arguments, checked. @throws ApiError 400 */
async function callableTools(
  body: ChatRequest,
  { callable }: ToolPlan,
  at: Required<Pick<PlanParts, 'call' | 'signal'>>,
): Promise<CallableTool[]> {
  const tools: CallableTool[] = [];
  for (const tool of callable) tools.push({ name: tool.function.name, schema: await argumentsOf(tool, body, at) });
  return tools;
}

async function argumentsOf(
  tool: ChatTool,
  { tools = [] }: ChatRequest,
  { call, signal }: Required<Pick<PlanParts, 'call' | 'signal'>>,
): Promise<Readonly<Record<string, unknown>>> {
  const { parameters } = tool.function;
  if (parameters === undefined || parameters === null || Object.keys(parameters).length === 0)
    return { type: 'object' };
  try {
    await call.server.constraints.check({ schema: parameters }, { owner: call.owner, signal });
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    // What cannot be enforced may still be shown to the model.
    if (error.code !== 'E_SCHEMA_INVALID') return parameters;
    const param = `tools[${tools.indexOf(tool)}].function.parameters`;
    const message = `${param} is no JSON schema: ${error.problems.map(({ message: one }) => one).join('; ') || error.what}.`;
    throw new ApiError(400, { message, param, code: 'invalid_schema' });
  }
  return parameters;
}

/** The same where the model goes on with something that was there before: it has opened its thought, or not. */
function thinkingIn({ messages, continues }: OpenConversation, template: string): AnswerForm['thinking'] {
  const usual = thinkingOf(template);
  if (usual === 'none' || continues === undefined) return usual;
  const text = continues === 'turns' ? '' : messages[messages.length - 1].content;
  return text.lastIndexOf('<think>') > text.lastIndexOf('</think>') ? 'opened' : 'marked';
}
