/** Plan of a chat request: prompt, settings, and how to parse the answer. */
import type { ConstraintSpec } from '../../answering/decoding/index.ts';
import { AttuneError } from '../../base/errors.ts';
import { ApiError, invalidValue } from '../api-error.ts';
import type { Wish } from '../generation/generation.ts';
import type { Call } from '../server-call.ts';
import type { OpenConversation } from '../../models/text/index.ts';
import type { Writer } from '../models/opened.ts';
import { chatTool, type ChatRequest, type ChatTool } from '../schemas/chat.ts';
import { constraintOf, samplingOf } from '../schemas/sampling.ts';
import type { Uploads } from '../request-files.ts';
import { thinkingOf, type AnswerForm } from '../../models/text/tool-calls/answer-reader.ts';
import { conversationOf, toolPlan, type ToolPlan } from './client-conversation.ts';
import { familyOf } from '../../models/text/tool-calls/index.ts';
import type { CallableTool, ToolFamily } from '../../models/text/tool-calls/family.ts';

export interface ChatPlan {
  wish: Wish;
  form: AnswerForm;
  /** The request completed with the defaults of the model's training rows, as passed to monitoring. */
  asked: ChatRequest;
}

/** Dependencies of a plan: the constraint compiler and storage for images. */
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
  const offered = body.tools ?? defaultToolsOf(body, writer);
  const tools = toolPlan({ ...body, tools: offered });
  const { default: usual = '', tool_use: ofTools = usual } = description.templates;
  const template = tools.shown.length > 0 ? ofTools : usual;
  const family = tools.callable.length > 0 ? familyOf(template) : undefined;
  const conversation = conversationOf(body, tools, description.sees ? uploads : undefined);
  const prompt = withoutEmptyTools(writer.asTrained(conversation));
  const maxTokens = body.max_completion_tokens ?? body.max_tokens;
  const sampling = samplingOf(body, description, maxTokens);
  const logProbs = logProbsOf(body);
  const thinking = thinkingIn(conversation, template);
  const request = { ...body, tools: offered };
  const callable = family === undefined ? [] : await callableTools(request, tools, { call, signal });
  const called = family && toolConstraint(request, { tools, callable, family, thinking });
  return {
    wish: {
      prompts: [prompt],
      sampling: {
        ...sampling,
        ...(logProbs !== undefined && { logProbs }),
        ...(called !== undefined && { constraint: called }),
      },
    },
    asked: asAsked({ ...body, tools: offered }, prompt),
    form: {
      family,
      names: new Set(tools.callable.map((tool) => tool.function.name)),
      mostCalls: body.parallel_tool_calls === false ? 1 : Infinity,
      thinking,
    },
  };
}

function asAsked(body: ChatRequest, prompt: Wish['prompts'][number]): ChatRequest {
  if (typeof prompt === 'string' || !('messages' in prompt) || prompt.messages.length === body.messages.length)
    return body;
  const [{ content }] = prompt.messages;
  return { ...body, messages: [{ role: 'system', content }, ...body.messages] };
}

/**
 * The model's own tools from training, if the API can express them as functions; others are shown to the model but
 * never parsed as calls.
 */
function defaultToolsOf({ tool_choice: choice }: ChatRequest, { defaultTools = [] }: Writer): ChatTool[] {
  if (choice === 'none') return [];
  return defaultTools.flatMap((tool) => {
    const whole = 'function' in tool ? tool : { type: 'function', function: tool };
    const { data } = chatTool.safeParse(whole);
    return data === undefined ? [] : [data];
  });
}

/** In some templates, an empty list of tools renders differently from no list. */
function withoutEmptyTools(prompt: Wish['prompts'][number]): Wish['prompts'][number] {
  if (typeof prompt === 'string' || !('messages' in prompt) || prompt.tools?.length !== 0) return prompt;
  const { tools: _, ...rest } = prompt;
  return rest;
}

function logProbsOf({ logprobs, top_logprobs: top }: ChatRequest): number | undefined {
  if (logprobs === true) return top ?? 0;
  if (top === undefined || top === 0) return undefined;
  throw invalidValue('top_logprobs', 'top_logprobs requires logprobs: true.');
}

/** Constraints on tool calls. */
interface Calling {
  tools: ToolPlan;
  callable: readonly CallableTool[];
  family: ToolFamily;
  thinking: AnswerForm['thinking'];
}

/**
 * Constraint for tool calls. Required calls follow the format that the model was trained on. With optional calls, a
 * call that the model begins must match its tool's schema. A response format excludes tool calls.
 */
function toolConstraint(body: ChatRequest, given: Calling): ConstraintSpec | undefined {
  const { tools, callable: schemas, family, thinking } = given;
  const { callable, isRequired } = tools;
  const isParallel = body.parallel_tool_calls !== false;
  const other = constraintOf(body);
  if (!isRequired) {
    const isLoose = family.holdsOtherForm === true && !callable.some(isStrict);
    return other !== undefined || isLoose ? undefined : { calls: { ...family.held(schemas, isParallel), thinking } };
  }
  if (other !== undefined)
    throw invalidValue(other.field, `${other.field} cannot be used when a tool call is required.`);
  if ((body.min_tokens ?? 0) > 0)
    throw invalidValue('min_tokens', 'min_tokens cannot be used when a tool call is required.');
  return family.constraint(schemas, isParallel);
}

function isStrict(tool: ChatTool): boolean {
  return tool.function.strict === true;
}

/** Tools with their checked argument schemas. @throws ApiError 400 */
async function callableTools(
  body: ChatRequest,
  { callable }: ToolPlan,
  at: Required<Pick<PlanParts, 'call' | 'signal'>>,
): Promise<CallableTool[]> {
  const tools: CallableTool[] = [];
  for (const tool of callable) tools.push({ name: tool.function.name, schema: await argumentsOf(tool, body, at) });
  return tools;
}

/** The schema that constrains a tool's arguments; any object if theirs cannot be enforced. @throws ApiError 400 */
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
    const isInvalid = error.code === 'E_SCHEMA_INVALID';
    if (!isInvalid && !isStrict(tool)) return { type: 'object' };
    const param = `tools[${tools.indexOf(tool)}].function.parameters`;
    const reasons = error.problems.map(({ message: one }) => one).join('; ') || error.what;
    const message = isInvalid
      ? `${param} is not a valid JSON schema: ${reasons}.`
      : `${param} cannot be enforced strictly: ${reasons}.`;
    throw new ApiError(400, { message, param, code: 'invalid_schema' });
  }
  return parameters;
}

/** The model's thinking markers, for a continued turn that may already have opened its reasoning block. */
function thinkingIn({ messages, continues }: OpenConversation, template: string): AnswerForm['thinking'] {
  const usual = thinkingOf(template);
  if (usual === 'none' || continues === undefined) return usual;
  const text = continues === 'turns' ? '' : messages[messages.length - 1].content;
  return text.lastIndexOf('<think>') > text.lastIndexOf('</think>') ? 'opened' : 'marked';
}
