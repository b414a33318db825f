import type { Call } from '../server-call.ts';
import { keepAnswer, type KeptCompletion } from '../kept/kept-objects.ts';
import type { ChatReply, ChatRequest } from '../schemas/chat.ts';

/** Stores a chat completion with `store: true`. */
export async function storeCompletion(call: Call<ChatRequest>, reply: ChatReply): Promise<void> {
  const { store, messages, metadata = {}, user = call.body.safety_identifier } = call.body;
  if (store !== true) return;
  const value: KeptCompletion = { reply, asked: askedIn(call), messages };
  const head = { model: reply.model, metadata };
  await keepAnswer(call, { id: reply.id, kind: 'completion', head, value, ...(user !== undefined && { user }) });
}

/** Request fields that OpenAI returns with a stored completion. */
function askedIn({ id, body }: Call<ChatRequest>): KeptCompletion['asked'] {
  return {
    request_id: id,
    temperature: body.temperature ?? 1,
    top_p: body.top_p ?? 1,
    presence_penalty: body.presence_penalty ?? 0,
    frequency_penalty: body.frequency_penalty ?? 0,
    seed: body.seed ?? null,
    tools: body.tools ?? null,
    tool_choice: body.tool_choice ?? null,
    response_format: body.response_format ?? null,
    input_user: body.user ?? null,
  };
}
