/** Converts clients' messages to a conversation for the model's template. */
import { sha256 } from '../../files/hash.ts';
import type {
  Continuation,
  ImageFile,
  Message,
  OpenConversation,
  PlacedImage,
  ToolCall,
} from '../../models/text/index.ts';
import { invalidValue } from '../api-error.ts';
import type { ChatMessage, ChatRequest, ChatTool } from '../schemas/chat.ts';
import { bytesOfData, type Uploads } from '../request-files.ts';

/** Which tools may be called, and whether a call is required. */
export interface ToolPlan {
  /** Tools shown to the model. */
  shown: readonly ChatTool[];
  callable: readonly ChatTool[];
  isRequired: boolean;
}

/** @throws ApiError 400 for a choice of an unknown tool, or a duplicate tool */
export function toolPlan({ tools = [], tool_choice: choice }: Pick<ChatRequest, 'tools' | 'tool_choice'>): ToolPlan {
  const names = tools.map((tool) => tool.function.name);
  const twice = names.findIndex((name, i) => names.indexOf(name) < i);
  if (twice >= 0) throw invalidValue(`tools[${twice}].function.name`, `Two tools have the name ${names[twice]}.`);
  if (choice === 'none') return { shown: [], callable: [], isRequired: false };
  if (choice === undefined || choice === 'auto') return { shown: tools, callable: tools, isRequired: false };
  if (tools.length === 0)
    throw invalidValue('tool_choice', 'tool_choice requires a tool, but the request has no tools.');
  if (choice === 'required') return { shown: tools, callable: tools, isRequired: true };
  const wanted = choice.type === 'function' ? [choice] : choice.allowed_tools.tools;
  const callable = wanted.map((one) => namedTool(one.function.name, tools));
  const isRequired = choice.type === 'function' || choice.allowed_tools.mode === 'required';
  return { shown: isRequired ? tools : callable, callable, isRequired };
}

function namedTool(name: string, tools: readonly ChatTool[]): ChatTool {
  const found = tools.find((tool) => tool.function.name === name);
  if (found !== undefined) return found;
  throw invalidValue('tool_choice', `tool_choice is ${JSON.stringify(name)}, which is not a tool of the request.`);
}

const EFFORTS_WITHOUT_THOUGHT = new Set(['none', 'minimal']);

/** @throws ApiError 400 for content that the model does not support, and for a last turn that cannot be continued */
export function conversationOf(body: ChatRequest, { shown }: ToolPlan, uploads?: ImageUploads): OpenConversation {
  const continues = continuationOf(body);
  refuseStrayResults(body.messages);
  const { chat_template_kwargs: kwargs, reasoning_effort: effort } = body;
  const ofEffort =
    effort === undefined ? {} : { reasoning_effort: effort, enable_thinking: !EFFORTS_WITHOUT_THOUGHT.has(effort) };
  const chatTemplateKwargs = { ...ofEffort, ...kwargs };
  return {
    messages: body.messages.map((message, place) => messageOf(message, place, uploads)),
    ...toolsShown(body, shown),
    ...(body.documents !== undefined && { documents: body.documents }),
    ...(Object.keys(chatTemplateKwargs).length > 0 && { chatTemplateKwargs }),
    ...(continues !== 'new_answer' && { continues }),
  };
}

/** Tool results must follow their calls, as on OpenAI's server. @throws ApiError 400 */
function refuseStrayResults(messages: readonly ChatMessage[]): void {
  let calls: readonly { id?: string }[] = [];
  for (const [place, message] of messages.entries()) {
    if (message.role !== 'tool') {
      calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
      continue;
    }
    const { tool_call_id: id } = message;
    const isKnown = typeof id !== 'string' || calls.some((call) => call.id === undefined || call.id === id);
    if (calls.length > 0 && isKnown) continue;
    const param = `messages[${place}]`;
    const lacks =
      calls.length === 0
        ? 'no message with tool_calls precedes it'
        : `no earlier call has the id '${id!.slice(0, 64)}'`;
    throw invalidValue(param, `${param} is the result of a call, but ${lacks}.`);
  }
}

/** Undefined if the request does not mention tools: the model is then shown its own, as in training. */
function toolsShown(
  { tools, tool_choice: choice }: ChatRequest,
  shown: readonly ChatTool[],
): Pick<OpenConversation, 'tools'> {
  if (tools === undefined && choice !== 'none') return {};
  return { tools: shown.map(({ type, function: { strict: _strict, ...own } }) => ({ type, function: own })) };
}

/** Text that the model continues, from vLLM's fields. @throws ApiError 400 */
function continuationOf({
  messages,
  add_generation_prompt: header,
  continue_final_message: goesOn,
}: ChatRequest): Continuation {
  if (goesOn !== true) return header === false ? 'turns' : 'new_answer';
  const param = 'continue_final_message';
  if (header === true) throw invalidValue(param, `${param} and add_generation_prompt cannot be combined.`);
  const last = messages[messages.length - 1];
  if (last.role === 'assistant' && (last.tool_calls ?? []).length === 0 && (last.content ?? '').length > 0)
    return 'final_message';
  throw invalidValue(
    param,
    `${param} requires the last message to be an assistant message with text and without tool calls.`,
  );
}

function messageOf(message: ChatMessage, place: number, uploads: ImageUploads): Message {
  const { role, name } = message;
  // Only user messages may contain images.
  const taken = role === 'user' ? uploads : undefined;
  const content = contentOf(message.content ?? '', `messages[${place}].content`, taken);
  const own = { role, ...content, ...(typeof name === 'string' && { name }) };
  if (message.role === 'assistant') {
    const { tool_calls: calls, reasoning_content: reasoning } = message;
    const asked = calls === undefined || calls === null ? {} : { tool_calls: calls.map(callOf) };
    return { ...own, ...asked, ...(typeof reasoning === 'string' && { reasoning_content: reasoning }) };
  }
  if (message.role !== 'tool' || typeof message.tool_call_id !== 'string') return own;
  return { ...own, tool_call_id: message.tool_call_id };
}

function callOf({
  id,
  function: { name, arguments: given },
}: NonNullable<Extract<ChatMessage, { role: 'assistant' }>['tool_calls']>[number]): ToolCall {
  return { ...(id !== undefined && { id }), type: 'function', function: { name, arguments: given ?? {} } };
}

/** Storage for a request's images; undefined for models without vision. */
export type ImageUploads = Pick<Uploads, 'add'> | undefined;

interface Content {
  content: string;
  images?: PlacedImage[];
}

/** Consecutive text parts are joined by line breaks. */
function contentOf(given: NonNullable<ChatMessage['content']>, field: string, uploads: ImageUploads): Content {
  if (typeof given === 'string') return { content: given };
  const images: PlacedImage[] = [];
  let content = '';
  let isAfterText = false;
  for (const [i, part] of given.entries()) {
    const place = `${field}[${i}]`;
    const isImage = uploads !== undefined && part.type === 'image_url';
    if (isImage) images.push({ at: content.length, file: imageOf(part, place, uploads) });
    else content += (isAfterText ? '\n' : '') + textOf(part, place, uploads);
    isAfterText = !isImage;
  }
  return { content, ...(images.length > 0 && { images }) };
}

function textOf(part: { type: string }, place: string, uploads: ImageUploads): string {
  const { type, text, refusal } = part as { type: string; text?: unknown; refusal?: unknown };
  const given = type === 'text' ? text : type === 'refusal' ? refusal : undefined;
  if (typeof given === 'string') return given;
  if (type === 'text') throw invalidValue(`${place}.text`, `${place}.text is missing.`, 'missing_required_parameter');
  const reads = uploads === undefined ? 'texts' : 'texts and images';
  throw invalidValue(place, `The model reads ${reads}, but ${place} is ${JSON.stringify(type)}.`, 'unsupported_value');
}

/** An image given inline: nothing is fetched, and paths are not accepted. */
function imageOf(part: object, place: string, uploads: NonNullable<ImageUploads>): ImageFile {
  const { image_url: given } = part as { image_url?: unknown };
  const url = typeof given === 'object' && given !== null ? (given as { url?: unknown }).url : given;
  const bytes = bytesOfData(typeof url === 'string' ? url : '', `${place}.image_url.url`);
  return { kind: 'image', path: uploads.add(bytes), hash: sha256(bytes) };
}
