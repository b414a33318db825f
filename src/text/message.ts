/** One function call that an assistant turn makes. `arguments` stay JSON, never columns (F27). */
export interface ToolCall {
  id?: string;
  type?: 'function';
  function: { name: string; arguments: unknown };
}

/** One turn of a conversation, with the keys of OpenAI's chat format. */
export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool' | 'developer';
  /** Empty where the turn has no text, such as one that only calls tools. */
  content: string;
  /** What a turn without text had in the row: templates tell null from no key at all. */
  contentless?: 'null' | 'absent';
  name?: string;
  tool_calls?: readonly ToolCall[];
  tool_call_id?: string;
  reasoning_content?: string;
  /** 0 keeps an assistant turn out of the loss. */
  weight?: 0 | 1;
}

/** A tool's JSON schema, as chat templates expect it. */
export type ToolSchema = Record<string, unknown>;
